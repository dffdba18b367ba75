using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;

namespace Netshm.Actors.Cluster;

/// <summary>The tables of a cluster, seen from one of its nodes: reaches, follows and shows them.</summary>
/// <remarks>
/// It needs <c>akka.actor.provider = cluster</c>. It is started by the first exposed table, or the first call of
/// <see cref="Get"/>; docs/Cluster.md tells what to configure.
/// </remarks>
public sealed class ClusterTables : IExtension
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);

    private readonly ExtendedActorSystem _system;
    private readonly IActorRef _guardian;
    private readonly IActorRef _reporter;
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
        _guardian = system.SystemActorOf(Props.Create(() => new ClusterGuardian(Host)), ClusterGuardian.Name);
        Overview = StartOverview();
        _reporter = Start(
            Props.Create(() => new NodeReporter(Host, Overview, Settings.ReportInterval, IsPublisher)), "reporter");
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseServiceUnbind, "netshm-close-doors",
            () => _guardian.Ask<Done>(new ClusterGuardian.CloseDoors()));
    }

    /// <summary>
    /// Asks <see cref="Overview"/> which node has which table; answered by <see cref="ClusterStatus"/>.
    /// </summary>
    public sealed record Status : IClusterMessage;

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

    /// <summary>Which nodes have which tables open, from their last reports.</summary>
    /// <param name="timeout">How long the overview may take; null for <c>remote.request-timeout</c>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="AskTimeoutException">There was no answer in time.</exception>
    public Task<ClusterStatus> StatusAsync(
        TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Overview.Ask<ClusterStatus>(new Status(), timeout ?? Settings.RequestTimeout, cancellationToken);

    /// <summary>Makes a table of this process reachable, or one that was opened again.</summary>
    internal void Expose(TableRef table)
    {
        _guardian.Tell(new ClusterGuardian.Expose(table));
        _reporter.Tell(new ReportNow());
    }

    private bool IsPublisher(string table) => false;

    /// <summary>Starts the singleton's manager, if it may live here, and its proxy.</summary>
    private IActorRef StartOverview()
    {
        const string name = "overview";
        if (Settings.Role is null || Akka.Cluster.Cluster.Get(_system).SelfRoles.Contains(Settings.Role))
        {
            _ = Start(
                ClusterSingletonManager.Props(
                    Props.Create(() => new TableOverview()), PoisonPill.Instance,
                    ClusterSingletonManagerSettings.Create(_system).WithSingletonName("tables")
                        .WithRole(Settings.Role!)),
                name);
        }

        return Start(
            ClusterSingletonProxy.Props(
                $"/system/{ClusterGuardian.Name}/{name}",
                ClusterSingletonProxySettings.Create(_system).WithSingletonName("tables").WithRole(Settings.Role!)),
            $"{name}-proxy");
    }

    private IActorRef Start(Props props, string name) =>
        _guardian.Ask<IActorRef>(new ClusterGuardian.Start(props, name), s_startTimeout).GetAwaiter().GetResult();
}

/// <summary>Starts the <see cref="ClusterTables"/> of an actor system.</summary>
public sealed class ClusterTablesProvider : ExtensionIdProvider<ClusterTables>
{
    /// <inheritdoc/>
    public override ClusterTables CreateExtension(ExtendedActorSystem system) => new(system);
}
