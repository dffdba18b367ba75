namespace Netshm.Opening;

/// <summary>A table by its files: what the handles of this process on it share before it is open, and until it is closed.</summary>
internal sealed class TableStore
{
    private readonly object _attaching = new();
    private readonly SharedDescriptor _memory;
    private readonly string _fullLockPath;
    private AttachedTable? _attached;

    public TableStore(SharedMemoryObject memory)
    {
        Name = memory.Name;
        FullPath = Path.GetFullPath(Name.MemoryPath);
        _fullLockPath = Path.GetFullPath(Name.LockPath);
        LockFile = memory.LockFile.Share();
        _memory = memory.Memory.Share();
    }

    public SharedMemoryName Name { get; }

    public SharedDescriptor LockFile { get; }

    public FileIdentity Identity => _memory.Identity;

    /// <summary>The path of the table's memory from the root on, when it was opened.</summary>
    public string FullPath { get; }

    /// <summary>Whether the name leads to the table, and not to another one or to none.</summary>
    public bool IsAtItsName => LockFile.IsAt(_fullLockPath) && _memory.IsAt(FullPath);

    /// <summary>How many handles there are; guarded by the registry's monitor.</summary>
    public int Handles { get; set; }

    /// <summary>What the handles use; null before the first one is attached.</summary>
    public AttachedTable? Attached => Volatile.Read(ref _attached);

    /// <summary>The last recovery that this process has made.</summary>
    public TableRecovery? LastRecovery { get; private set; }

    /// <summary>Called by a thread of its own after each recovery that this process has made.</summary>
    public event Action<TableRecovery>? Recovered;

    /// <summary>Gets the table ready for one more handle: finds it, creates it or creates it anew.</summary>
    /// <param name="memory">The object it is in.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="deadline">Until when to wait for others, of this process and of others.</param>
    public AttachedTable Attach(SharedMemoryObject memory, ShmTableOptions options, Deadline deadline)
    {
        deadline.Enter(_attaching, Name.ToString(), probe: null);
        try
        {
            using var creating = AttachLock.TakeForCreation(LockFile, memory.IsWritable, deadline, Name.ToString());
            ThrowIfCompanionIsOfAnother();
            var opening = new TableOpening(Name, _memory, LockFile, memory.IsWritable, options, deadline)
            {
                Recovered = OnRecovered,
            };
            AttachedTable attached = opening.Run(_attached);
            Volatile.Write(ref _attached, attached);
            opening.ThrowIfFeedIsMissing(attached);
            return attached;
        }
        finally
        {
            Monitor.Exit(_attaching);
        }
    }

    /// <summary>Waits for operations under way, then lets go of the memory and the locks.</summary>
    public void Close()
    {
        var cleanUp = default(CleanUp);
        AttachLock? leaving = _attached?.Close(LockFile, ref cleanUp);
        cleanUp.Step(_memory.Release);
        cleanUp.Step(() => leaving?.Dispose());
        cleanUp.Step(LockFile.Release);
        cleanUp.ThrowIfFailed();
    }

    /// <summary>
    /// When an object and its companion are removed and made again while they are being opened, the one may be old and the
    /// other new: two tables' worth of locks would be on one memory. Under the creation lock both stay where they are.
    /// </summary>
    private void ThrowIfCompanionIsOfAnother()
    {
        if (_attached is not null || Name.Type != SharedMemoryType.Posix)
            return;
        LockFile.ThrowIfNotAt(_fullLockPath, Name);
        _memory.ThrowIfNotAt(FullPath, Name);
    }

    private void OnRecovered(TableRecovery recovery)
    {
        LastRecovery = recovery;
        if (Recovered is { } handlers)
            ThreadPool.QueueUserWorkItem(_ => handlers(recovery)); // Not under the table's lock.
    }
}
