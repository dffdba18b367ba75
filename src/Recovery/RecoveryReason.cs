namespace Netshm.Recovery;

/// <summary>Why a table is recovered, and so what is known of its state.</summary>
internal enum RecoveryReason
{
    /// <summary>The last holder of the lock died while others use the table.</summary>
    DeadHolder,
    /// <summary>A process opens the table alone; table and sidecar belong together, and the machine was not restarted since.</summary>
    OpenedAlone,
    /// <summary>The same, but the machine may have been restarted: table or sidecar may be older than the other.</summary>
    OpenedAfterRestart,
    /// <summary>A process opens the table alone; there was no sidecar of this table, or one of another time.</summary>
    OpenedWithoutPast,
    /// <summary>It is asked for, to find what nothing refers to.</summary>
    Repair,
}
