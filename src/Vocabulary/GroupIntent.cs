namespace Netshm;

/// <summary>What a group (<see cref="ShmTable.Group{T}(Func{T}, GroupIntent)"/>) is going to do.</summary>
public enum GroupIntent
{
    /// <summary>
    /// The group may modify the table: the write lock is taken at once, so that read-modify-write groups of several
    /// processes never deadlock on one table.
    /// </summary>
    Write,
    /// <summary>
    /// The group only reads; other readers go on, but under <see cref="LockingMethod.Futex"/> reading groups of other
    /// processes wait. A modification inside it is refused.
    /// </summary>
    Read,
    /// <summary>
    /// The original's behaviour: each lock is taken, or upgraded, when an operation first needs it. Two groups that
    /// have both read and now both want to write deadlock; one of them gets a <see cref="DeadlockException"/>.
    /// </summary>
    OnDemand,
}
