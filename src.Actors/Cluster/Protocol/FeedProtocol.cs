using Akka.Event;

namespace Netshm.Actors.Cluster.Protocol;

/// <summary>What the publisher of a host tells about a table, on <see cref="ClusterPaths.TopicOf"/>.</summary>
/// <param name="FeedId">The feed's identity.</param>
/// <param name="LastChange">The last number: that of the last change here, or what it was when there are none here.</param>
/// <param name="Changes">The changes.</param>
internal sealed record Published(long FeedId, long LastChange, Sequence<TableChange> Changes)
    : IClusterMessage, IDeadLetterSuppression; // A topic that nobody follows is no fault.

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
