namespace Netshm.Locking;

/// <summary>What a thread holds of a table beyond a single operation: a group, or a callback that runs under a lock.</summary>
internal sealed class LockScope(TableLock table, GroupIntent intent, LockScope? outer)
{
    public TableLock Table { get; } = table;

    public GroupIntent Intent { get; } = intent;

    /// <summary>The thread's next scope outwards, on whatever table.</summary>
    public LockScope? Outer { get; } = outer;

    /// <summary>What is locked so far; <see cref="Hold.Inherited"/> stands for nothing yet.</summary>
    public Hold Held { get; set; }

    /// <summary>How many groups of this thread on this table are open.</summary>
    public int Groups { get; set; }

    /// <summary>How many callbacks of this thread on this table are running.</summary>
    public int Callbacks { get; set; }
}
