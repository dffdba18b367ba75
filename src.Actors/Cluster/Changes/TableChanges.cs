using Akka.Event;

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

/// <summary>What the publisher of a host tells about a table, on <see cref="TopicOf"/>.</summary>
/// <param name="FeedId">The feed's identity.</param>
/// <param name="LastChange">The last number: that of the last change here, or what it was when there are none here.</param>
/// <param name="Changes">The changes.</param>
internal sealed record Published(long FeedId, long LastChange, Sequence<TableChange> Changes)
    : IClusterMessage, IDeadLetterSuppression // A topic that nobody follows is no fault.
{
    /// <summary>The topic of a table of a host.</summary>
    public static string TopicOf(string table, string host) => $"netshm/{TableDoor.NameOf(table, host)}";
}

/// <summary>Asks a gate for changes; answered by <see cref="Replayed"/>.</summary>
/// <param name="From">The number of the first one; null for none, to learn what the last one is.</param>
/// <param name="MaxCount">How many there may be; there may be fewer, since a message is limited.</param>
internal sealed record Replay(long? From, int MaxCount) : IClusterMessage;

/// <summary>The reply to <see cref="Replay"/>.</summary>
/// <param name="Host">The name of the host.</param>
/// <param name="FeedId">The feed's identity.</param>
/// <param name="LastChange">The number of the last change there is.</param>
/// <param name="Changes">The changes.</param>
internal sealed record Replayed(string Host, long FeedId, long LastChange, Sequence<TableChange> Changes)
    : IClusterMessage;
