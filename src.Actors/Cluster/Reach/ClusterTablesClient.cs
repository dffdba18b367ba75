using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Netshm.Actors.Cluster.Reach;

namespace Netshm.Actors.Cluster;

/// <summary>The exposed tables of a cluster, for an actor system outside of it, by way of a ClusterClient.</summary>
/// <remarks>It lasts as long as its actor system and may be used by any number of threads.</remarks>
public sealed class ClusterTablesClient
{
    private static int s_count;

    private readonly ExtendedActorSystem _system;
    private readonly ConcurrentDictionary<(string Name, string? Host), Lazy<RemoteTableRef>> _tables = new();

    /// <summary>Starts a ClusterClient.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">
    /// The client's settings; null for those of the configuration, <c>akka.cluster.client</c>.
    /// </param>
    public ClusterTablesClient(ActorSystem system, ClusterClientSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        _system = (ExtendedActorSystem)system;

        // What a client sends travels in a message of the mediator, whose serializer is a member's default only.
        system.Settings.InjectTopLevelFallback(DistributedPubSub.DefaultConfig());
        settings ??= ClusterClientSettings.Create(system);
        int number = Interlocked.Increment(ref s_count);
        Client = _system.SystemActorOf(
            ClusterClient.Props(settings), FormattableString.Invariant($"netshm-cluster-client-{number}"));
    }

    /// <summary>The ClusterClient.</summary>
    public IActorRef Client { get; }

    /// <summary>An exposed table.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="host">Its host; null for whichever has it, which must be only one.</param>
    public RemoteTableRef Table(string name, string? host = null) => _tables.GetOrAdd(
        (name, host),
        static (key, self) => new(
            () => new RemoteTableRef(self._system, RemoteRoute.OfClient(self.Client), key.Name, key.Host)),
        this).Value;
}
