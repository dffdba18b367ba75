namespace Netshm;

/// <summary>What all handles of this process on one table share: the mapping and the lock.</summary>
internal sealed class TableStore
{
    private static readonly TimeSpan s_patienceToLeave = TimeSpan.FromSeconds(10);

    private readonly object _attaching = new();
    private readonly SharedDescriptor _memory;
    private readonly string _fullLockPath;
    private AttachLock? _attached;
    private SidecarAttachment? _sidecar;
    private TableEngine? _engine;
    private TableLock? _lock;
    private int _changeCapacity;

    public TableStore(SharedMemoryObject memory)
    {
        Name = memory.Name;
        FullPath = Path.GetFullPath(Name.MemoryPath);
        _fullLockPath = Path.GetFullPath(Name.LockPath);
        LockFile = memory.LockFile.Share();
        _memory = memory.Memory.Share();
    }

    public SharedMemoryName Name { get; }

    /// <summary>How processes are kept apart; <see cref="LockingMethod.Auto"/> until the first handle is attached.</summary>
    public LockingMethod Locking { get; private set; }

    public SharedDescriptor LockFile { get; }

    public FileIdentity Identity => _memory.Identity;

    /// <summary>The path of the table's memory from the root on, when it was opened.</summary>
    public string FullPath { get; }

    /// <summary>Whether the name leads to the table, and not to another one or to none.</summary>
    public bool IsAtItsName => LockFile.IsAt(_fullLockPath) && _memory.IsAt(FullPath);

    /// <summary>How many handles there are; guarded by the registry's monitor.</summary>
    public int Handles { get; set; }

    public TableEngine Engine => _engine!;

    public TableLock Lock => _lock!;

    /// <summary>What this process counts about the table; null until the first handle is attached.</summary>
    public TableCounters? Counters => _engine?.Counters;

    /// <summary>Reads without a lock, where the method allows it.</summary>
    public TableReader? Reader { get; private set; }

    /// <summary>The table's change feed; null when it has none.</summary>
    public ChangeWatch? Changes { get; private set; }

    /// <summary>The file with what futex locking needs; null with other methods.</summary>
    public Sidecar? Sidecar => _sidecar?.Sidecar;

    /// <summary>The last recovery that this process has made.</summary>
    public TableRecovery? LastRecovery { get; private set; }

    /// <summary>Called by a thread of its own after each recovery that this process has made.</summary>
    public event Action<TableRecovery>? Recovered;

    /// <summary>Gets the table ready for one more handle: finds it, creates it or creates it anew.</summary>
    /// <param name="memory">The object it is in.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="deadline">Until when to wait for others, of this process and of others.</param>
    public void Attach(SharedMemoryObject memory, ShmTableOptions options, Deadline deadline)
    {
        deadline.Enter(_attaching, Name.ToString(), probe: null);
        try
        {
            // A process without locking comes when nobody else is there; so it need not wait for anybody.
            using AttachLock? creating = options.Locking == LockingMethod.None && !LockingChoice.IsFutexUsedByOthers(LockFile, Name)
                ? null
                : AttachLock.TakeForCreation(LockFile, memory.IsWritable, deadline, Name.ToString());
            ThrowIfCompanionIsOfAnother();
            FileContents contents =
                TableCreation.Inspect(_memory, options.RequestedPageSize, Name.ToString(), out int foundPageSize);
            var choice = new LockingChoice(Name, LockFile, options);
            Locking = Locking == LockingMethod.Auto
                ? choice.Choose(isNew: contents != FileContents.Table && memory.IsWritable)
                : choice.Confirm(Locking);
            _changeCapacity = options.ChangeFeedCapacity == 0 ? 0 : ChangeRing.CapacityFor(options.ChangeFeedCapacity);
            if (contents != FileContents.Table || options.Init.HasValue)
                Create(memory, options, contents, foundPageSize, deadline);
            else if (foundPageSize != (options.RequestedPageSize ?? foundPageSize))
                throw new PageSizeMismatchException(Name.ToString(), foundPageSize, options.PageSize);
            else
                Open(memory.IsWritable, foundPageSize);

            Engine.Pages.EnsureMapped(Layout.DescriptorPage + 1);
            if (_changeCapacity > 0 && Changes is null)
            {
                throw new InvalidTableOperationException(
                    $"{Name}: it is in use without a change feed; it can get one when nobody uses it");
            }

            if (Locking == LockingMethod.Record)
                _attached ??= AttachLock.Take(LockFile, Locking, deadline, Name.ToString());
        }
        finally
        {
            Monitor.Exit(_attaching);
        }
    }

    /// <summary>Waits for operations under way, then lets go of the memory and the locks.</summary>
    public void Close()
    {
        _lock?.Close();
        AttachLock? leaving = null;
        var cleanUp = default(CleanUp);
        cleanUp.Step(() => Changes?.Close());
        cleanUp.Step(() =>
        {
            if (_sidecar is not null && (leaving = TryTakeForLeaving()) is not null)
                _sidecar.Leave();
        });
        cleanUp.Step(() => _engine?.Retire());
        cleanUp.Step(() => _sidecar?.Dispose());
        cleanUp.Step(() => _attached?.Dispose());
        cleanUp.Step(_memory.Release);
        cleanUp.Step(() => leaving?.Dispose());
        cleanUp.Step(LockFile.Release);
        cleanUp.ThrowIfFailed();
    }

    /// <summary>
    /// Waits its turn to leave; null when somebody who comes or goes has stopped in the middle of it. The table is left as a
    /// killed process would leave it then, and the next one to come brings it in order.
    /// </summary>
    private AttachLock? TryTakeForLeaving()
    {
        var deadline = Deadline.After(s_patienceToLeave);
        try
        {
            return Uninterrupted.Wait(() =>
                AttachLock.TakeForCreation(LockFile, Engine.Pages.IsWritable, deadline, Name.ToString()));
        }
        catch (LockTimeoutException)
        {
            return null;
        }
    }

    /// <summary>
    /// When an object and its companion are removed and made again while they are being opened, the one may be old and the
    /// other new: two tables' worth of locks would be on one memory. Under the creation lock both stay where they are.
    /// </summary>
    private void ThrowIfCompanionIsOfAnother()
    {
        if (_engine is null && Name.Type == SharedMemoryType.Posix && !IsAtItsName)
        {
            throw new IOException($"{Name}: it was removed or replaced while it was being opened");
        }
    }

    private void Open(bool writable, int pageSize)
    {
        if (_engine is not null)
        {
            if (writable)
                _engine.Pages.MakeWritable();
            _sidecar?.MarkTable();
            return;
        }

        var pages = new MappedPages(_memory, writable, pageSize, Name.ToString());
        try
        {
            pages.EnsureMapped(Layout.DescriptorPage + 1);
            LeaveOldSidecarInOrder(pages);
            OpenWith(pages);
        }
        catch
        {
            pages.Dispose();
            throw;
        }
    }

    private void OpenWith(MappedPages pages)
    {
        if (Locking == LockingMethod.Futex)
        {
            OpenWithSidecar(pages);
            return;
        }

        bool none = Locking == LockingMethod.None;
        ProcessLock processes = none ? new NoProcessLock() : new RecordLock(LockFile, pages.WordsPerPage, pages.Name);
        ReadSequences? sequences =
            none ? new ReadSequences(MappedBlock.Private(ReadSequences.LengthInBytes, pages.Name), 0) : null;
        Use(new TableEngine(pages, processes, sequences, sidecar: null) { Recovered = OnRecovered }, processes, null);
        if (sequences is not null)
            Reader = new TableReader(Engine, Lock, sequences, othersMoveCells: true);
    }

    private void OpenWithSidecar(MappedPages pages)
    {
        _sidecar = AttachSidecar(pages, out Sidecar sidecar, out FutexLock processes, out TableEngine engine);
        if (_changeCapacity > 0 && sidecar.Changes is null && pages.IsWritable && _sidecar.IsAlone)
        {
            _sidecar.Leave();
            _sidecar.Dispose();

            // The sidecar is nobody's from this store on: dying after it leaves a table that gets a new one.
            new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords)).SidecarId = 0;
            _sidecar = AttachSidecar(pages, out sidecar, out processes, out engine);
        }

        Use(engine, processes, sidecar.Changes);
        Reader = new TableReader(engine, Lock, sidecar.Sequences, othersMoveCells: false);
    }

    private SidecarAttachment AttachSidecar(
        MappedPages pages, out Sidecar sidecar, out FutexLock processes, out TableEngine engine)
    {
        sidecar = SidecarAttachment.OpenSidecar(Name, _memory, LockFile, pages, _changeCapacity, out bool isMade);
        try
        {
            processes = new FutexLock(sidecar, pages.Name);
            engine = new TableEngine(pages, processes, sidecar.Sequences, sidecar) { Recovered = OnRecovered };
            return SidecarAttachment.Attach(sidecar, processes, engine, isMade, LockFile);
        }
        catch
        {
            sidecar.Dispose(); // The slot must not seem to live.
            throw;
        }
    }

    private void Use(TableEngine engine, ProcessLock processes, ChangeRing? changes)
    {
        _engine = engine;
        _lock = new TableLock(processes, engine.Pages.Name)
        {
            WritingEnds = engine.EndWriting,
            WritingEnded = changes is null ? null : changes.Wake,
        };
        Changes = changes is null ? null : new ChangeWatch(changes, engine.Pages.Name);
    }

    /// <summary>
    /// When the last processes that used futex locking died, the table has their mark still, and maybe their unfinished
    /// work: comes and goes as one of them, so that it is an ordinary table again.
    /// </summary>
    private void LeaveOldSidecarInOrder(MappedPages pages)
    {
        bool isMarked = new DescriptorView(pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords))
            .FoundMagic == DescriptorView.FutexMagic;
        if (Locking == LockingMethod.Futex || !isMarked)
            return;
        if (!pages.IsWritable)
        {
            throw new ReadOnlyTableException(
                $"{Name}: processes with locking {LockingMethod.Futex} died; open it for writing to bring it in order");
        }

        using SidecarAttachment alone = AttachSidecar(pages, out _, out _, out _);

        // Not all of them died: one has lost its record lock, by closing another descriptor of the file.
        if (!alone.IsAlone)
            throw LockingChoice.Mixed(Name, LockingMethod.Futex, Locking);
        alone.Leave();
    }

    private void OnRecovered(TableRecovery recovery)
    {
        LastRecovery = recovery;
        if (Recovered is { } handlers)
            ThreadPool.QueueUserWorkItem(_ => handlers(recovery)); // Not under the table's lock.
    }

    private void Create(
        SharedMemoryObject memory, ShmTableOptions options, FileContents contents, int oldPageSize, Deadline deadline)
    {
        string name = Name.ToString();
        int pageSize = options.PageSize;
        int init = options.Init ?? ShmTableOptions.DefaultInit;
        _ = TableCreation.HashPagesFor(init, pageSize / sizeof(int));
        if (!memory.IsWritable)
        {
            throw new ReadOnlyTableException(
                $"{name}: opened for reading only; a table can't be created in it (found: {contents})");
        }

        if (_engine is not null && _engine.Pages.WordsPerPage != pageSize / sizeof(int))
            throw new PageSizeMismatchException(name, _engine.Pages.WordsPerPage * sizeof(int), pageSize);
        bool underLocks = contents == FileContents.Table && pageSize == oldPageSize && Locking != LockingMethod.Futex;
        if (_engine is null && !underLocks && CreateAlone(contents, oldPageSize, pageSize, init))
        {
            Open(writable: true, pageSize);
            return;
        }

        if (contents == FileContents.Table && pageSize != oldPageSize)
            throw new PageSizeMismatchException(name, oldPageSize, pageSize);
        Open(writable: true, pageSize);
        Hold hold = Lock.EnterWrite(deadline);
        try
        {
            Lock.LockAllContent(deadline);
            TableCreation.MakeRoom(Engine.Pages, init);
            Engine.BeginCreation();
            TableCreation.Erase(Engine.Pages, isEmpty: contents == FileContents.Empty);
            Engine.ForgetUnfinished();
            TableCreation.Format(
                Engine.Pages, init, _sidecar is null ? DescriptorView.Magic : DescriptorView.FutexMagic);
        }
        finally
        {
            Lock.Exit(hold);
        }
    }

    /// <summary>Lays the table out before anybody has it open; false when somebody has.</summary>
    private bool CreateAlone(FileContents contents, int oldPageSize, int pageSize, int init)
    {
        using AttachLock? alone = AttachLock.TryTakeAlone(LockFile, Name.ToString());
        if (alone is null || (contents == FileContents.Table && HasLivingSidecar(oldPageSize)))
            return false;
        using var pages = new MappedPages(_memory, writable: true, pageSize, Name.ToString());
        TableCreation.MakeRoom(pages, init);
        TableCreation.Erase(pages, isEmpty: contents == FileContents.Empty);

        // A sidecar of before may hold unfinished work on the table of before.
        new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords)).SidecarId = 0;
        TableCreation.Format(pages, init, DescriptorView.Magic);
        return true;
    }

    /// <summary>
    /// Whether somebody uses the table who has lost its record lock, by closing another descriptor of the file.
    /// </summary>
    private bool HasLivingSidecar(int pageSize)
    {
        using var pages = new MappedPages(_memory, writable: false, pageSize, Name.ToString());
        pages.EnsureMapped(Layout.MasterPage + 1);
        long tableId = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords)).SidecarId;
        using Sidecar? sidecar = Sidecar.TryOpen(Name.SidecarPath, _memory.Status, tableId);
        return sidecar is not null && sidecar.IsInUse();
    }
}
