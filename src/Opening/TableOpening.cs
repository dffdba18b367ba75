namespace Netshm.Opening;

/// <summary>How a handle finds, creates and opens its table. The caller holds the creation lock.</summary>
/// <param name="name">The table's name.</param>
/// <param name="memory">The table's memory.</param>
/// <param name="lockFile">The file that carries its locks.</param>
/// <param name="isWritable">Whether the handle may modify the table.</param>
/// <param name="options">How to open it.</param>
/// <param name="deadline">Until when to wait for other processes.</param>
internal sealed class TableOpening(
    SharedMemoryName name, SharedDescriptor memory, SharedDescriptor lockFile, bool isWritable, ShmTableOptions options,
    Deadline deadline)
{
    private readonly SharedMemoryName _name = name;
    private readonly SharedDescriptor _memory = memory;
    private readonly SharedDescriptor _lockFile = lockFile;
    private readonly bool _isWritable = isWritable;
    private readonly ShmTableOptions _options = options;
    private readonly Deadline _deadline = deadline;
    private readonly int _feedCapacity = options.ChangeFeedCapacity == 0 ? 0 : ChangeRing.CapacityFor(options.ChangeFeedCapacity);

    /// <summary>Called after each recovery of the table.</summary>
    public required Action<TableRecovery> Recovered { get; init; }

    /// <summary>Finds or creates the table, and gets it ready for the handle.</summary>
    /// <param name="inUse">What the handles that this process has already use; null when it has none.</param>
    public AttachedTable Run(AttachedTable? inUse)
    {
        string name = _name.ToString();
        FileContents contents = TableInspection.InspectFor(_options, _memory, name, out int pageSize);
        LockingMethod? stored = contents switch
        {
            FileContents.Table => LockingMark.Read(_memory, pageSize, name),
            FileContents.Unfinished => LockingMark.ReadWanted(_memory),
            _ => null,
        };
        bool isCreating = contents != FileContents.Table || _options.Init.HasValue;
        if (!isCreating && pageSize != (_options.RequestedPageSize ?? pageSize))
            throw new PageSizeMismatchException(name, pageSize, _options.PageSize);
        LockingMethod locking = LockingFor(inUse, stored, isCreating);
        if (isCreating)
            Create(contents, locking, isInUse: inUse is not null);
        return inUse is null ? Open(locking, isCreating ? _options.PageSize : pageSize) : Join(inUse);
    }

    /// <summary>Makes sure that the table has a feed where the handle wants one.</summary>
    /// <exception cref="InvalidTableOperationException">It has none, and is in use.</exception>
    public void ThrowIfFeedIsMissing(AttachedTable table)
    {
        if (_feedCapacity > 0 && table.Table.Changes is null)
        {
            throw new InvalidTableOperationException(
                $"{_name}: it is in use without a change feed; it can get one when nobody uses it");
        }
    }

    private LockingMethod LockingFor(AttachedTable? inUse, LockingMethod? stored, bool isCreating)
    {
        var choice = new LockingChoice(_name, _lockFile, _options);
        LockingMethod locking = inUse is not null ? choice.Confirm(inUse.Locking)
            : stored == LockingMethod.Futex && !isCreating && IsOnReadOnlyMount() ? LockingMethod.Record
            : choice.Choose(stored, isCreating);
        if (_isWritable && !isCreating && stored == LockingMethod.Futex && locking != LockingMethod.Futex)
            throw LockingChoice.Mixed(_name, locking, LockingMethod.Futex); // It was opened on a read-only mount, and is read only.
        return locking;
    }

    /// <summary>
    /// Where nobody can write through this mount, a futex-locked table that was left in order, and that nobody uses, is read
    /// under record locks: they need no store, and keep those out that come to write through another mount.
    /// </summary>
    /// <exception cref="ReadOnlyTableException">It was not left in order, or is in use.</exception>
    private bool IsOnReadOnlyMount()
    {
        if (_isWritable || !Libc.IsOnReadOnlyMount(FaultPoint.AskForMount, _memory.Descriptor))
            return false;
        MasterView master = TableInspection.ReadMaster(_memory);
        return SidecarFile.IsLeftInOrder(_name, _memory.Status, master.TableId, master.Generation)
            ? true
            : throw new ReadOnlyTableException(
                $"{_name}: it lies on a read-only mount, and is in use or was not left in order; open it once where it can be "
                + "written to, and close it");
    }

    /// <summary>Lays the table out, when nobody has it open.</summary>
    /// <exception cref="InvalidTableOperationException">Somebody has.</exception>
    /// <exception cref="UntrustedFileException">Something that is no sidecar lies where the sidecar is to be.</exception>
    private void Create(FileContents contents, LockingMethod locking, bool isInUse)
    {
        int init = _options.Init ?? ShmTableOptions.DefaultInit;
        _ = TableCreation.HashPagesFor(init, _options.PageSize / sizeof(int));
        if (!_isWritable)
        {
            throw new ReadOnlyTableException(
                $"{_name}: opened for reading only; a table can't be created in it (found: {contents})");
        }

        const string purpose = "created anew";
        if (isInUse)
            throw SoleUse.InUseHere(_name, purpose);
        using var sole = SoleUse.Take(_name, _lockFile, purpose);
        if (locking == LockingMethod.Futex)
        {
            _memory.ThrowIfNotAt(_name.MemoryPath, _name); // Else the sidecar is that of the table that is there now.
            _ = SidecarFile.ThrowIfInTheWay(_name, TableInspection.ReadMaster(_memory).TableId);
        }

        using var pages = new MappedPages(_memory, writable: true, _options.PageSize, _name.ToString());
        var creation = new TableCreation(_name, pages, init, locking);
        creation.MakeRoom();
        creation.Erase(isEmpty: contents == FileContents.Empty);
        creation.Format();
    }

    private AttachedTable Join(AttachedTable inUse)
    {
        if (_isWritable)
            inUse.Table.Storage.Pages.MakeWritable();
        inUse.Sidecar?.SayInUse();
        return inUse;
    }

    private AttachedTable Open(LockingMethod locking, int pageSize)
    {
        var pages = new MappedPages(_memory, _isWritable, pageSize, _name.ToString());
        try
        {
            pages.EnsureMapped(Layout.DescriptorPage + 1);
            return locking == LockingMethod.Futex ? OpenWithSidecar(pages) : OpenWithoutSidecar(pages, locking);
        }
        catch
        {
            pages.Dispose();
            throw;
        }
    }

    private AttachedTable OpenWithoutSidecar(MappedPages pages, LockingMethod locking)
    {
        if (pages.IsWritable && LockingMark.IsVoid(new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords))))
            TableCreation.ForgetSidecar(pages, _name);
        bool none = locking == LockingMethod.None;
        if (!none)
            CopiesOfLibrary.BeginRecordUse(_lockFile.Identity, _name.LockPath);
        try
        {
            ProcessLock processes = none ? new NoProcessLock() : new RecordLock(_lockFile, pages.WordsPerPage, pages.Name);
            ReadSequences? sequences =
                none ? new ReadSequences(MappedBlock.Private(SidecarLayout.SequencesLengthInBytes, pages.Name), 0) : null;
            var storage = new TableStorage(pages, processes, sequences);
            var table = new OpenTable(storage, new Recoverer(storage) { Recovered = Recovered });
            return new AttachedTable(
                locking, table, AttachLock.Take(_lockFile, locking, _deadline, pages.Name), Sidecar: null);
        }
        catch when (!none)
        {
            CopiesOfLibrary.EndRecordUse(_lockFile.Identity);
            throw;
        }
    }

    private AttachedTable OpenWithSidecar(MappedPages pages)
    {
        SidecarAttachment attachment = AttachSidecar(pages);
        if (_feedCapacity > 0 && attachment.Sidecar.FeedCapacity == 0 && IsAloneWith(attachment, pages))
        {
            GiveUpSidecar(attachment, pages);
            attachment = AttachSidecar(pages);
        }

        return new AttachedTable(LockingMethod.Futex, attachment.Table, Attached: null, attachment);
    }

    private SidecarAttachment AttachSidecar(MappedPages pages)
    {
        Sidecar sidecar = SidecarAttachment.OpenSidecar(_name, _memory, _lockFile, pages, _feedCapacity, out bool isMade);
        try
        {
            var tableLock = new FutexLock(sidecar, pages.Name);
            var storage = new TableStorage(pages, tableLock, new SidecarContents(sidecar));
            var table = new OpenTable(storage, new Recoverer(storage) { Recovered = Recovered });
            return SidecarAttachment.Attach(sidecar, tableLock, table, isMade, _lockFile, _deadline);
        }
        catch
        {
            sidecar.Dispose(); // The slot must not seem to live.
            throw;
        }
    }

    /// <summary>Whether nobody else uses a table that this process may modify; leaves the sidecar where that can't be told.</summary>
    private static bool IsAloneWith(SidecarAttachment attachment, MappedPages pages)
    {
        try
        {
            return pages.IsWritable && attachment.IsAlone;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    /// <summary>Makes room for another sidecar, as the only process that uses the table.</summary>
    private void GiveUpSidecar(SidecarAttachment attachment, MappedPages pages)
    {
        using (attachment)
            attachment.Leave();
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        long old = master.TableId;

        // The sidecar is nobody's from the next store on: dying after it leaves a table that gets a new one and is checked;
        // dying after the one behind it, a table that no process has come to.
        master.TableId = SidecarAttachment.NewId();
        master.Generation = 0;
        SidecarFile.ClearTheWay(_name, old);
    }
}
