namespace Netshm.Actors.Cluster;

/// <summary>Where a partition had its contents from when a process began to serve it.</summary>
public enum PartitionOrigin
{
    /// <summary>Nowhere: the partition has never been served before.</summary>
    New,

    /// <summary>The current copy lay on this host already.</summary>
    Warm,

    /// <summary>They were streamed from another host.</summary>
    Streamed,

    /// <summary>Nowhere, as the setting <c>hand-over</c> wants it; what another host had was given up.</summary>
    Cold,

    /// <summary>
    /// Nowhere: no host that could be asked has the copy that counts, or no node knew which one does. What the partition held
    /// is lost.
    /// </summary>
    Lost,
}

/// <summary>Published on the event stream of a process that has begun to serve a partition of a sharded table.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Partition">The partition's number, from 0.</param>
/// <param name="Origin">Where its contents come from.</param>
/// <param name="File">The file that holds the partition on this host.</param>
/// <param name="Bindings">How many bindings there are, hidden ones included.</param>
/// <param name="Duration">How long it took from the partition's first request on.</param>
public sealed record PartitionStarted(
    string Table, int Partition, PartitionOrigin Origin, SharedMemoryName File, int Bindings, TimeSpan Duration);
