using Netshm.Interop;
using Netshm.Locking;
using Netshm.Storage;

namespace Netshm.Opening;

/// <summary>What all handles of this process on one table share: the mapping and the lock.</summary>
internal sealed partial class TableStore
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
    private bool _usesRecordLocks;

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

    /// <summary>Waits for operations under way, then lets go of the memory and the locks.</summary>
    public void Close()
    {
        _lock?.Close();
        AttachLock? leaving = null;
        var cleanUp = default(CleanUp);
        cleanUp.Step(() => Changes?.Close());
        cleanUp.Step(() => leaving = TryTakeForLeaving());
        cleanUp.Step(() =>
        {
            if (leaving is not null)
                _sidecar!.Leave();
        });
        cleanUp.Step(() => _engine?.Retire());
        cleanUp.Step(() => _sidecar?.Dispose());
        cleanUp.Step(() => _attached?.Dispose());
        cleanUp.Step(() =>
        {
            if (_usesRecordLocks)
                CopiesOfLibrary.EndRecordUse(LockFile.Identity);
        });
        cleanUp.Step(_memory.Release);
        cleanUp.Step(() => leaving?.Dispose());
        cleanUp.Step(LockFile.Release);
        cleanUp.ThrowIfFailed();
    }

    /// <summary>
    /// Waits its turn to leave the sidecar; null when there is none, or when somebody who comes or goes has stopped in the
    /// middle of it. The table is left as a killed process would leave it then, and the next one to come brings it in order.
    /// </summary>
    private AttachLock? TryTakeForLeaving()
    {
        if (_sidecar is null)
            return null;
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

    private void OnRecovered(TableRecovery recovery)
    {
        LastRecovery = recovery;
        if (Recovered is { } handlers)
            ThreadPool.QueueUserWorkItem(_ => handlers(recovery)); // Not under the table's lock.
    }
}
