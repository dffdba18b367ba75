using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Netshm.Actors.Cluster.Changes;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Near;
using Netshm.Actors.Cluster.Overview;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Cluster.Reach;

namespace Netshm.Actors.Cluster;

/// <summary>The tables of a cluster, seen from one of its nodes: reaches, follows and shows them.</summary>
/// <remarks>
/// It needs <c>akka.actor.provider = cluster</c>. It is started by the first exposed table, or the first call of
/// <see cref="Get"/>; docs/Cluster.md tells what to configure.
/// </remarks>
public sealed class ClusterTables : ITableExposure
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);

    /// <summary>For Akka, no time at all means no limit.</summary>
    private static readonly TimeSpan s_leastPatience = TimeSpan.FromMilliseconds(1);

    private readonly ExtendedActorSystem _system;
    private readonly IActorRef _guardian;
    private readonly IActorRef _reporter;
    private int _followers;
    private readonly ConcurrentDictionary<string, bool> _published = new();
    private readonly ConcurrentDictionary<(string Name, string? Host), Lazy<RemoteTableRef>> _remotes = new();

    /// <summary>Starts the node's actors; called by <see cref="ClusterTablesProvider"/>.</summary>
    /// <exception cref="ConfigurationException">The actor system is not one of a cluster.</exception>
    public ClusterTables(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        if (system.Provider is not IClusterActorRefProvider)
            throw new ConfigurationException("ClusterTables and cluster.expose need akka.actor.provider = cluster");
        _system = system;
        Settings = system.Netshm().Settings.Cluster;
        Host = Settings.Host ?? system.Provider.DefaultAddress.Host;
        _guardian = system.SystemActorOf(
            Props.Create(() => new ClusterGuardian(Host, Settings, _published)), ClusterPaths.Guardian);
        Overview = StartOverview();
        _reporter = Start(
            Props.Create(() => new NodeReporter(Host, Overview, Settings.ReportInterval, IsPublisher)), "reporter");
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseServiceUnbind, "netshm-close-doors",
            () => _guardian.Ask<Done>(new ClusterGuardian.CloseDoors()));
    }

    /// <summary>
    /// Asks <see cref="Overview"/> which node has which table; answered by <see cref="ClusterStatus"/>, or by a
    /// <see cref="Akka.Actor.Status.Failure"/> with a <see cref="ValueTooLargeException"/> when that is larger than a message
    /// between nodes may be. <see cref="StatusAsync"/> knows no limit.
    /// </summary>
    public sealed record Status : Protocol.IClusterMessage;

    /// <summary>The settings of the cluster layer.</summary>
    public ClusterSettings Settings { get; }

    /// <summary>The name of this node's host.</summary>
    public string Host { get; }

    /// <summary>The proxy of the cluster's singleton that knows all tables; see <see cref="Status"/>.</summary>
    public IActorRef Overview { get; }

    /// <summary>The extension of an actor system, which is started with the first call.</summary>
    /// <exception cref="ConfigurationException">The actor system is not one of a cluster.</exception>
    public static ClusterTables Get(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.WithExtension<ClusterTables, ClusterTablesProvider>();
    }

    /// <summary>A table of another host, or of this one, that is exposed there.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="host">Its host; null for whichever has it, which must be only one.</param>
    public RemoteTableRef Table(string name, string? host = null) => _remotes.GetOrAdd(
        (name, host),
        static (key, system) => new(() => new RemoteTableRef(system, RemoteRoute.OfMember(system), key.Name, key.Host)),
        _system).Value;

    /// <summary>A typed table of another host, or of this one, that is exposed there.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="keys">Represents the keys.</param>
    /// <param name="values">Represents the values.</param>
    /// <param name="host">Its host; null for whichever has it, which must be only one.</param>
    public RemoteTypedTableRef<TKey, TValue> Table<TKey, TValue>(
        string name, DataManager<TKey> keys, DataManager<TValue> values, string? host = null) =>
        new(Table(name, host), keys, values);

    /// <summary>
    /// Lets an actor be told the changes of an exposed table: it gets <see cref="FeedFound"/>, then
    /// <see cref="TableChanges"/>, and <see cref="FeedSilent"/> when nobody answers any more.
    /// </summary>
    /// <param name="name">The table's name.</param>
    /// <param name="subscriber">The actor, at whose death it ends.</param>
    /// <param name="host">The table's host; null for whichever has it, which must be only one.</param>
    /// <param name="from">The number of the first change that is wanted; null for those to come.</param>
    /// <returns>The actor that tells: stop it to hear no more.</returns>
    public IActorRef Follow(string name, IActorRef subscriber, string? host = null, long? from = null)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        return StartFollower(Table(name, host), from, message => subscriber.Tell(message), subscriber);
    }

    /// <summary>Makes a cache of an exposed table; dispose it when it is not used any more.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="keys">Represents the keys.</param>
    /// <param name="values">Represents the values.</param>
    /// <param name="host">Its host; null for whichever has it, which must be only one.</param>
    /// <param name="maxEntries">How many keys to keep; null for the setting <c>near-cache.max-entries</c>.</param>
    public NearCache<TKey, TValue> NearCache<TKey, TValue>(
        string name,
        DataManager<TKey> keys,
        DataManager<TValue> values,
        string? host = null,
        int? maxEntries = null)
    {
        RemoteTypedTableRef<TKey, TValue> table = Table(name, keys, values, host);
        return new NearCache<TKey, TValue>(
            maxEntries ?? Settings.NearCacheMaxEntries,
            entries => new RemoteNearSource<TKey, TValue>(
                table, entries, tell => StartFollower(table.Table, null, tell, null)));
    }

    /// <summary>
    /// Which nodes have which tables open, from their last reports. The overview is asked again while its node changes.
    /// </summary>
    /// <param name="timeout">How long it may take; null for <c>remote.request-timeout</c>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="RequestTimeoutException">There was no answer in time.</exception>
    public async Task<ClusterStatus> StatusAsync(
        TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        CallDeadline deadline = CallDeadline.After(timeout ?? Settings.RequestTimeout);
        List<NodeStatus> nodes = [];
        for (int index = 0; ; index++)
        {
            StatusPart part = await AskOverviewAsync(index, deadline, cancellationToken).ConfigureAwait(false);
            nodes.AddRange(part.Nodes);
            if (index + 1 >= part.Count)
                return StatusPages.Join(nodes);
        }
    }

    private async Task<StatusPart> AskOverviewAsync(
        int index, CallDeadline deadline, CancellationToken cancellationToken)
    {
        while (!deadline.HasPassed)
        {
            try
            {
                TimeSpan patience = deadline.ButAtMost(Settings.RemoteSilence).Left + s_leastPatience;
                return await Overview.Ask<StatusPart>(new AskStatusPart(index), patience, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (AskTimeoutException)
            {
                // The question was lost with the node that had the overview, or no node has it yet.
            }
        }

        throw new RequestTimeoutException("the overview of the cluster's tables did not answer before the deadline");
    }

    void ITableExposure.Expose(TableRef table)
    {
        _guardian.Tell(new ClusterGuardian.Expose(table));
        _reporter.Tell(new ReportNow());
    }

    private static bool IsStatusQuestion(object message) => message is Status;

    private bool IsPublisher(string table) => _published.GetValueOrDefault(table);

    /// <summary>Starts the singleton's manager, if it may live here, and its proxy.</summary>
    private IActorRef StartOverview()
    {
        const string name = "overview";
        if (Settings.Role is null || Akka.Cluster.Cluster.Get(_system).SelfRoles.Contains(Settings.Role))
        {
            _ = Start(
                ClusterSingletonManager.Props(
                    Props.Create(() => new TableOverview(IsStatusQuestion)), PoisonPill.Instance,
                    ClusterSingletonManagerSettings.Create(_system).WithSingletonName("tables")
                        .WithRole(Settings.Role!)),
                name);
        }

        return Start(
            ClusterSingletonProxy.Props(
                $"/system/{ClusterPaths.Guardian}/{name}",
                ProxySettings()),
            $"{name}-proxy");
    }

    /// <summary>
    /// The proxy's warning that it finds no singleton says nothing: none is there before the first node is up and after the last
    /// one has left, and whoever asks in between is told by <see cref="StatusAsync"/>'s deadline.
    /// </summary>
    private ClusterSingletonProxySettings ProxySettings()
    {
        ClusterSingletonProxySettings defaults = ClusterSingletonProxySettings.Create(_system);
        return new ClusterSingletonProxySettings(
            "tables", Settings.Role!, defaults.SingletonIdentificationInterval, defaults.BufferSize,
            considerAppVersion: false, logSingletonIdentificationFailure: false,
            defaults.SingletonIdentificationFailurePeriod);
    }

    private IActorRef StartFollower(
        RemoteTableRef table, long? from, Action<object> tell, IActorRef? subscriber) => _system.SystemActorOf(
        Props.Create(() => new ChangeFollower(table, from, Settings, tell, subscriber)),
        FormattableString.Invariant($"netshm-follower-{Interlocked.Increment(ref _followers)}"));

    private IActorRef Start(Props props, string name) =>
        _guardian.Ask<IActorRef>(new ClusterGuardian.Start(props, name), s_startTimeout).GetAwaiter().GetResult();
}

/// <summary>Starts the <see cref="ClusterTables"/> of an actor system.</summary>
public sealed class ClusterTablesProvider : ExtensionIdProvider<ClusterTables>
{
    /// <inheritdoc/>
    public override ClusterTables CreateExtension(ExtendedActorSystem system) => new(system);
}
