using Netshm.Actors.Cluster.Protocol;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Changes of a table on some host, told to who follows it (<see cref="ClusterTables.Follow"/>): every number comes exactly
/// once and in order, by itself or within a <see cref="ChangeKind.Gap"/>.
/// </summary>
/// <param name="Table">The table's name.</param>
/// <param name="Host">The name of its host.</param>
/// <param name="FeedId">The feed's identity.</param>
/// <param name="Changes">The changes, one at least.</param>
public sealed record TableChanges(string Table, string Host, long FeedId, Sequence<TableChange> Changes)
    : IClusterMessage;

/// <summary>
/// Told before the first change, after a <see cref="FeedSilent"/>, and when the feed has begun anew with another identity.
/// </summary>
/// <param name="Table">The table's name.</param>
/// <param name="Host">The name of its host.</param>
/// <param name="FeedId">The feed's identity.</param>
/// <param name="Next">The number that comes next.</param>
public sealed record FeedFound(string Table, string Host, long FeedId, long Next) : IClusterMessage;

/// <summary>
/// Told when no process of the host has answered for twice the setting <c>follow.silence</c>. Changes may have happened since.
/// </summary>
/// <param name="Table">The table's name.</param>
public sealed record FeedSilent(string Table) : IClusterMessage;
