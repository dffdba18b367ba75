namespace Netshm.Recovery;

/// <summary>What a process that uses a table alone knows of the time before.</summary>
internal enum TablePast
{
    /// <summary>Table and sidecar belong together, and the machine has not been restarted since.</summary>
    Known,

    /// <summary>Table and sidecar belong together; but the machine may have been restarted: either may be older.</summary>
    SidecarSeen,

    /// <summary>There was no sidecar of this table, or one of another time.</summary>
    Unknown,
}
