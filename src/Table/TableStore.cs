namespace Netshm;

/// <summary>What all handles of this process on one table share: the mapping and the lock.</summary>
internal sealed class TableStore
{
    private readonly Lock _attaching = new();
    private readonly SharedDescriptor _memory;
    private AttachLock? _attached;
    private TableEngine? _engine;
    private TableLock? _lock;

    public TableStore(SharedMemoryObject memory, LockingMethod locking)
    {
        Name = memory.Name;
        Locking = locking;
        LockFile = memory.LockFile.Share();
        _memory = memory.Memory.Share();
    }

    public SharedMemoryName Name { get; }

    public LockingMethod Locking { get; }

    public SharedDescriptor LockFile { get; }

    public FileIdentity Identity => _memory.Identity;

    /// <summary>How many handles there are; guarded by the registry's monitor.</summary>
    public int Handles { get; set; }

    public TableEngine Engine => _engine!;

    public TableLock Lock => _lock!;

    /// <summary>Gets the table ready for one more handle: finds it, creates it or creates it anew.</summary>
    public void Attach(SharedMemoryObject memory, ShmTableOptions options)
    {
        Deadline deadline = Deadline.After(options.LockTimeout);
        string name = Name.ToString();
        lock (_attaching)
        {
            using AttachLock? creating = Locking == LockingMethod.None
                ? null
                : AttachLock.TakeForCreation(LockFile, memory.IsWritable, deadline, name);
            FileContents contents =
                TableCreation.Inspect(_memory, options.RequestedPageSize, name, out int foundPageSize);
            if (contents != FileContents.Table || options.Init.HasValue)
                Create(memory, options, contents, foundPageSize, deadline);
            else if (foundPageSize != (options.RequestedPageSize ?? foundPageSize))
                throw new PageSizeMismatchException(name, foundPageSize, options.PageSize);
            else
                Open(memory.IsWritable, foundPageSize);

            Engine.Pages.EnsureMapped(Layout.DescriptorPage + 1);
            if (Locking == LockingMethod.Record)
                _attached ??= AttachLock.Take(LockFile, deadline, name);
        }
    }

    /// <summary>Waits for operations under way, then lets go of the memory and the locks.</summary>
    public void Close()
    {
        _lock?.Close();
        _engine?.Pages.Dispose();
        _attached?.Dispose();
        _memory.Release();
        LockFile.Release();
    }

    private void Open(bool writable, int pageSize)
    {
        if (_engine is null)
        {
            var pages = new MappedPages(_memory, writable, pageSize, Name.ToString());
            ProcessLock processes = Locking == LockingMethod.None
                ? new NoProcessLock()
                : new RecordLock(LockFile, pages.WordsPerPage, pages.Name);
            _lock = new TableLock(processes, pages.Name);
            _engine = new TableEngine(pages, _lock);
        }
        else if (writable)
        {
            _engine.Pages.MakeWritable();
        }
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
        if (contents == FileContents.Table && pageSize != oldPageSize && Locking == LockingMethod.Record)
        {
            using AttachLock? alone = AttachLock.TryTakeAlone(LockFile, name);
            if (alone is null)
                throw new PageSizeMismatchException(name, oldPageSize, pageSize);
        }

        Open(writable: true, pageSize);
        Hold hold = Lock.EnterWrite(deadline);
        try
        {
            Lock.LockAllContent(deadline);
            TableCreation.Format(Engine.Pages, init, isEmpty: contents == FileContents.Empty);
        }
        finally
        {
            Lock.Exit(hold);
        }
    }
}
