using System.Globalization;
using Akka;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.DistributedData;
using Netshm.Actors.Cluster.Sharding;
using Netshm.Actors.Wire;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Cluster;

/// <summary>The sharded tables of an actor system, which is a member of a cluster.</summary>
/// <remarks>Its members may be called from any thread.</remarks>
public sealed class ShardedTables : IExtension
{
    private readonly ExtendedActorSystem _system;
    private readonly Lock _starting = new();
    private readonly Dictionary<string, IActorRef> _regions = [];

    /// <summary>Called by <see cref="ShardedTablesProvider"/>.</summary>
    public ShardedTables(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        _ = NetshmExtension.Get(system);
        _system = system;
        system.SystemActorOf(Props.Create(() => new UndeliveredRequests()), "netshm-undelivered");
    }

    /// <summary>The sharded tables of an actor system.</summary>
    public static ShardedTables Get(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.WithExtension<ShardedTables, ShardedTablesProvider>();
    }

    /// <summary>
    /// Starts this node's part of the table that the configuration describes as <c>netshm.sharded-table.NAME</c>: from now on
    /// it keeps partitions, if it has the role for it; or gives a table that was started again.
    /// </summary>
    /// <remarks>
    /// Call it on every node when its actor system starts. The settings of the partitions' tables (page size, queue, batches)
    /// are those of <c>netshm.table.NAME</c>; their location and locking are not.
    /// </remarks>
    /// <param name="name">The table's name, the same on all nodes.</param>
    /// <param name="keys">Represents the keys.</param>
    /// <param name="values">Represents the values.</param>
    /// <param name="partitionHash">
    /// Gives the hash that chooses a key's partition, so that keys with the same one can be used in one group; null for the
    /// key's own. It must be the same on all nodes.
    /// </param>
    /// <exception cref="ConfigurationException">The settings of the table are wrong.</exception>
    /// <exception cref="NetshmException">The host's ledger of the table can't be opened.</exception>
    public ShardedTable<TKey, TValue> Start<TKey, TValue>(
        string name, DataManager<TKey> keys, DataManager<TValue> values, Func<TKey, int>? partitionHash = null)
    {
        ShardedTableSettings settings = ShardedTableSettings.Create(name, _system.Settings.Config);
        TimeSpan requestTimeout = NetshmExtension.Get(_system).Settings.Table(name).RequestTimeout;
        IActorRef region;
        lock (_starting)
        {
            if (!_regions.TryGetValue(name, out region!))
                _regions[name] = region = StartRegion(name, settings);
        }

        return new ShardedTable<TKey, TValue>(
            name, settings, requestTimeout, FrameLimit.Of(_system), region, keys, values, partitionHash);
    }

    private IActorRef StartRegion(string name, ShardedTableSettings settings)
    {
        ClusterSharding sharding = ClusterSharding.Get(_system);
        var extractor = new PartitionExtractor();
        string typeName = "netshm-" + name;

        // Also where no partitions are kept: a majority of the nodes of Akka.DistributedData must answer.
        _ = DistributedData.Get(_system);
        if (settings.Role is not null && !AkkaCluster.Get(_system).SelfRoles.Contains(settings.Role))
            return sharding.StartProxy(typeName, settings.Role, extractor);

        // A partition without requests stays where it is: its contents are in memory in any case.
        ClusterShardingSettings shardingSettings = ClusterShardingSettings.Create(_system)
            .WithRole(settings.Role)
            .WithStateStoreMode(StateStoreMode.DData)
            .WithRememberEntities(false)
            .WithPassivateIdleAfter(TimeSpan.Zero);
        var node = new ShardedTableNode(_system, name, settings);
        IActorRef region = sharding.Start(
            typeName,
            entityId => PropsOf(node, entityId),
            shardingSettings,
            extractor,
            new WarmAllocationStrategy(sharding.DefaultShardAllocationStrategy(shardingSettings), node.Hosts),
            PartitionActor.StopOwning.Instance);
        node.Keeper.Tell(new PartitionKeeper.RegionStarted(region));
        DrainOnShutdown(node);
        return region;
    }

    private static Props PropsOf(ShardedTableNode node, string entityId)
    {
        int partition = int.Parse(entityId, CultureInfo.InvariantCulture);
        return Props.Create(() => new PartitionActor(node, partition));
    }

    /// <summary>Keeps the process until other hosts have what only it has, in the phase that stops the region, too.</summary>
    private void DrainOnShutdown(ShardedTableNode node)
    {
        const string phase = CoordinatedShutdown.PhaseClusterShardingShutdownRegion;
        CoordinatedShutdown shutdown = CoordinatedShutdown.Get(_system);
        shutdown.AddTask(
            phase, $"netshm-drain-{node.Name}",
            () => node.Keeper.Ask<Done>(new PartitionKeeper.Drain(), shutdown.Timeout(phase)));
    }

    /// <summary>Finds the partition of a message: it is shard and entity at once.</summary>
    private sealed class PartitionExtractor : IMessageExtractor
    {
        public string? EntityId(object message) => message is PartitionProtocol.IToPartition { Partition: var partition }
            ? partition.ToString(CultureInfo.InvariantCulture)
            : null;

        public object EntityMessage(object message) => message;

        public string? ShardId(object message) => EntityId(message);

        public string ShardId(string entityId, object? messageHint = null) => entityId;
    }
}

/// <summary>Starts the <see cref="ShardedTables"/> of an actor system.</summary>
public sealed class ShardedTablesProvider : ExtensionIdProvider<ShardedTables>
{
    /// <inheritdoc/>
    public override ShardedTables CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>Reaches the sharded tables from an actor system.</summary>
public static class ShardedTablesExtensions
{
    /// <summary>The sharded tables of the actor system; see <see cref="ShardedTables.Get"/>.</summary>
    public static ShardedTables ShardedTables(this ActorSystem system) => Cluster.ShardedTables.Get(system);
}
