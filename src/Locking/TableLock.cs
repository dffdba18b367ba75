namespace Netshm.Locking;

/// <summary>What an operation locked and has to release.</summary>
internal enum Hold
{
    /// <summary>Nothing: the thread's group holds what is needed, and goes on to hold it.</summary>
    Inherited,
    /// <summary>The table for reading.</summary>
    Read,
    /// <summary>The table for writing.</summary>
    Write,
}

/// <summary>A table's lock: among the threads of this process, then among processes, with groups and callbacks.</summary>
internal sealed partial class TableLock(ProcessLock processes, string name)
{
    [ThreadStatic]
    private static LockScope? t_innermost;

    private readonly ThreadGate _gate = new();
    private readonly ProcessLock _processes = processes;
    private readonly FutexLock? _futex = processes as FutexLock;
    private readonly string _name = name;
    private bool _isClosed;
    private int _onDemandGroups;

    /// <summary>How many scopes on this table the threads have open; a thread sees its own counted.</summary>
    private int _scopes;

    /// <summary>
    /// How many groups with <see cref="GroupIntent.OnDemand"/> this process has open: their reads must lock.
    /// </summary>
    public int OnDemandGroups => _onDemandGroups;

    /// <summary>How many tables the groups and callbacks of this thread have locked by record locks.</summary>
    public static int RecordLocksOfThread
    {
        get
        {
            int held = 0;
            for (LockScope? scope = t_innermost; scope is not null; scope = scope.Outer)
                held += scope.Held != Hold.Inherited && scope.Table._processes is RecordLock ? 1 : 0;
            return held;
        }
    }

    /// <summary>Whether this thread is inside a group or a callback on this table.</summary>
    public bool IsInScope => t_innermost is not null && FindScope() is not null;

    /// <summary>Whether a group of this thread holds the write lock, and no callback is running in it.</summary>
    public bool IsWriteLockedByGroup => t_innermost is not null && FindScope() is { Held: Hold.Write, Callbacks: 0 };

    public Hold EnterRead(Deadline deadline)
    {
        LockScope? scope = t_innermost is null ? null : FindScope();
        if (scope is { Held: not Hold.Inherited })
            return Hold.Inherited;
        Acquire(GateEntry.Read, deadline);
        return KeepInGroup(scope, Hold.Read);
    }

    /// <exception cref="InvalidTableOperationException">A callback is running, or the group only reads.</exception>
    public Hold EnterWrite(Deadline deadline) =>
        Volatile.Read(ref _scopes) == 0 && TryAcquireAtOnce() ? Hold.Write : EnterWriteWaiting(deadline);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Hold EnterWriteWaiting(Deadline deadline)
    {
        LockScope? scope = FindScope();
        if (scope is null)
        {
            Acquire(GateEntry.Write, deadline);
            return Hold.Write;
        }

        if (scope.Callbacks > 0)
            throw new InvalidTableOperationException($"{_name}: a callback may not modify the table it is called for");
        if (scope.Intent == GroupIntent.Read)
            throw new InvalidTableOperationException($"{_name}: the group was opened for reading; it may not modify");
        if (scope.Held == Hold.Write)
            return Hold.Inherited;
        if (scope.Held == Hold.Inherited)
        {
            Acquire(GateEntry.Write, deadline);
            return KeepInGroup(scope, Hold.Write);
        }

        Acquire(GateEntry.Upgrade, deadline);
        scope.Held = Hold.Write;
        return Hold.Inherited;
    }

    /// <summary>Waits until nobody of this process is in, and lets nobody in from then on.</summary>
    /// <exception cref="InvalidTableOperationException">This thread is in itself.</exception>
    public void Close()
    {
        if (FindScope() is not null)
            throw new InvalidTableOperationException($"{_name}: a group or callback may not close its own table");
        _ = Uninterrupted.Wait(() => _gate.Enter(GateEntry.Write, Deadline.Never));
        _isClosed = true;
        _gate.ExitWrite();
    }

    /// <summary>Releases what <see cref="EnterRead"/> took.</summary>
    public void ExitRead()
    {
        try
        {
            _processes.ReleaseShared();
        }
        finally
        {
            _gate.ExitRead();
        }
    }

    /// <summary>Releases the write lock among processes, the first half of its release; no other thread of this one comes in.</summary>
    public void ReleaseWriteToProcesses() => _processes.ReleaseExclusive();

    /// <summary>Lets other threads of this process come in, the second half, whatever came of the first one.</summary>
    public void ReleaseWriteToThreads() => _gate.ExitWrite();

    /// <summary>Takes the write lock where nobody has it: the usual case, without what waiting needs.</summary>
    private bool TryAcquireAtOnce()
    {
        if (_processes is RecordLock || !_gate.TryEnterWrite())
            return false;
        try
        {
            if (!_isClosed && _processes.TryAcquireExclusive())
                return true;
        }
        catch
        {
            _gate.ExitWrite();
            throw;
        }

        _gate.ExitWrite();
        return false;
    }

    private void Acquire(GateEntry entry, Deadline deadline)
    {
        deadline = deadline.Begun;

        // A thread that holds nothing waits, but nobody waits for it.
        using WaitProbe? probe = t_innermost is null ? null : ProbeForDeadlocks();
        var doubt = new DeadlockDoubt();
        while (true)
        {
            EnterGate(entry, deadline, probe);
            try
            {
                AcquireFromProcesses(entry, deadline, probe);
                return;
            }
            catch (DeadlockException e) when (_processes is RecordLock)
            {
                LeaveGate(entry);
                if (!doubt.MayBeFalse(RecordLocksOfThread))
                    throw;
                if (deadline.HasPassed)
                    throw new LockTimeoutException($"{_name}: {e.Message} (until the deadline)");
            }
            catch
            {
                LeaveGate(entry);
                throw;
            }

            Seam.Waiting(FaultPoint.PauseInDoubt);
            Thread.Sleep(DeadlockDoubt.PauseInMilliseconds);
        }
    }

    private WaitProbe? ProbeForDeadlocks() => _futex is not null
        ? WaitProbe.For(_name, _futex.Sidecar, HeldSidecars())
        : null;

    private static List<Sidecar> HeldSidecars()
    {
        var held = new List<Sidecar>();
        for (LockScope? scope = t_innermost; scope is not null; scope = scope.Outer)
        {
            if (scope.Held != Hold.Inherited && scope.Table._futex is { } futex)
                held.Add(futex.Sidecar);
        }

        return held;
    }

    private void EnterGate(GateEntry entry, Deadline deadline, WaitProbe? probe)
    {
        bool entered;
        if (_gate.TryEnter(entry))
        {
            entered = true;
        }
        else if (t_innermost is null)
        {
            _processes.Counters.CountConcurrently(Counter.Waits);
            entered = _gate.Enter(entry, deadline);
        }
        else
        {
            _processes.Counters.CountConcurrently(Counter.Waits);
            if (!WaitGraph.TryBeginWait(_gate))
                throw new DeadlockException($"{_name}: two threads of this process wait for each other's tables");
            try
            {
                entered = probe is null ? _gate.Enter(entry, deadline) : EnterGateProbing(entry, deadline, probe);
            }
            finally
            {
                WaitGraph.EndWait();
            }
        }

        if (!entered)
            throw new LockTimeoutException($"{_name}: another thread held the lock until the deadline");
        if (_isClosed)
        {
            LeaveGate(entry);
            throw new ObjectDisposedException(_name, "the table was closed");
        }
    }

    /// <summary>Waits in small steps, since a cycle may go through this gate and through other processes.</summary>
    private bool EnterGateProbing(GateEntry entry, Deadline deadline, WaitProbe probe)
    {
        while (!_gate.Enter(entry, deadline.ButAtMost(WaitProbe.Interval)))
        {
            if (deadline.HasPassed)
                return false;
            probe.Check();
        }

        return true;
    }

    private void LeaveGate(GateEntry entry)
    {
        if (entry == GateEntry.Read)
            _gate.ExitRead();
        else if (entry == GateEntry.Write)
            _gate.ExitWrite();
        else
            _gate.Downgrade();
    }

    private void AcquireFromProcesses(GateEntry entry, Deadline deadline, WaitProbe? probe)
    {
        if (entry == GateEntry.Read)
            _processes.AcquireShared(deadline, probe);
        else if (entry == GateEntry.Write)
            _processes.AcquireExclusive(deadline, probe);
        else
            _processes.Upgrade(deadline);
    }
}
