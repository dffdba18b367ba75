namespace Netshm.Locking;

/// <summary>How a locking method keeps other processes out of a table.</summary>
/// <remarks>
/// <see cref="TableLock"/> calls it with the table's <see cref="ThreadGate"/> held in the same mode, so that an
/// exclusive holder is the only thread of this process in here. Every method may throw
/// <see cref="LockTimeoutException"/> or <see cref="DeadlockException"/> and then holds what it held before.
/// </remarks>
/// <param name="counters">Where to count, or null for counts that only this process sees.</param>
internal abstract class ProcessLock(TableCounters? counters = null)
{
    /// <summary>What this process counts about the table.</summary>
    public TableCounters Counters { get; } = counters ?? new TableCounters();

    /// <summary>Keeps writers of other processes out; called by any number of threads at once.</summary>
    /// <param name="deadline">Until when to wait.</param>
    /// <param name="probe">What to look for deadlocks with, where the kernel does not; null when there can't be one.</param>
    public abstract void AcquireShared(Deadline deadline, WaitProbe? probe);

    public abstract void ReleaseShared();

    /// <summary>Does <see cref="AcquireExclusive"/> without waiting and without a call to the kernel; false when that can't be.</summary>
    public virtual bool TryAcquireExclusive() => false;

    /// <summary>Keeps readers and writers of other processes from entering.</summary>
    /// <inheritdoc cref="AcquireShared" path="/param"/>
    public abstract void AcquireExclusive(Deadline deadline, WaitProbe? probe);

    /// <summary>Turns the only shared hold of this process into the exclusive one.</summary>
    public abstract void Upgrade(Deadline deadline);

    /// <summary>Whether <see cref="LockContent"/> would have something to do for the exclusive holder.</summary>
    public virtual bool NeedsContentLocks => false;

    /// <summary>
    /// Waits until no reader of another process is still in the binding whose first page is given, as the original's
    /// readers may be after they have let go of the table; an exclusive holder calls it before it frees or edits one.
    /// </summary>
    public abstract void LockContent(int page, Deadline deadline);

    /// <summary>The same for all bindings.</summary>
    public abstract void LockAllContent(Deadline deadline);

    /// <summary>Releases the exclusive hold and all content.</summary>
    public abstract void ReleaseExclusive();
}
