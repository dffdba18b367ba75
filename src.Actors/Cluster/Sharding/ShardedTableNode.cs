using Akka.Actor;
using Akka.Cluster;
using Netshm.Actors.Wire;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>What the parts of a sharded table share on one node that keeps partitions.</summary>
internal sealed class ShardedTableNode
{
    private readonly AkkaCluster _cluster;

    /// <summary>Opens the host's ledger and starts the node's keeper.</summary>
    public ShardedTableNode(ExtendedActorSystem system, string name, ShardedTableSettings settings)
    {
        System = system;
        Name = name;
        Settings = settings;
        FrameLimit = FrameLimit.Of(system);
        TableSettings = system.Netshm().Settings.Table(name);
        KeeperName = "netshm-sharded-" + Uri.EscapeDataString(name);
        _cluster = AkkaCluster.Get(system);
        Files = new PartitionFiles(settings.Location);
        Ledger = new HostLedger(Files.Ledger, settings.Partitions);
        system.RegisterOnTermination(Ledger.Dispose);
        Hosts = new HostMap(Ledger.Host, _cluster.SelfAddress);
        Register = new PartitionRegister(system, name, settings.PeerTimeout);
        Keeper = system.SystemActorOf(Props.Create(() => new PartitionKeeper(this)), KeeperName);
    }

    /// <summary>How many requests may wait for a partition.</summary>
    public int MaxQueue => TableSettings.MaxQueue;

    /// <summary>How large a message between nodes may be.</summary>
    public FrameLimit FrameLimit { get; }

    public ActorSystem System { get; }

    public string Name { get; }

    public ShardedTableSettings Settings { get; }

    public PartitionFiles Files { get; }

    public HostLedger Ledger { get; }

    public HostMap Hosts { get; }

    public PartitionRegister Register { get; }

    public IActorRef Keeper { get; }

    private string KeeperName { get; }

    /// <summary>The settings of the partitions' tables, but for where they lie.</summary>
    private TableSettings TableSettings { get; }

    /// <summary>What this host has of a partition; waits for the ledger's lock.</summary>
    public PartitionClaim? ClaimOf(int partition) =>
        Ledger.Find(partition) is { } claim && Files.Has(partition, claim.Generation) ? claim : null;

    /// <summary>The settings of the table that holds one copy of a partition.</summary>
    public TableSettings SettingsOf(int partition, Generation generation) =>
        TableSettings.ForPartition(Files.NameOf(partition, generation));

    /// <summary>Creates the file of a copy, with an empty table.</summary>
    public ShmTable CreateFile(int partition, Generation generation)
    {
        TableSettings settings = SettingsOf(partition, generation);
        SharedMemoryObject.Open(settings.Location, FileMode.CreateNew, permissions: settings.Permissions).Dispose();
        return ShmTable.Open(settings.Location, settings.Options with { LockTimeout = settings.LockTimeout });
    }

    /// <summary>The other nodes that may keep partitions of the table and are not gone for good.</summary>
    public IReadOnlyList<Member> OtherMembers() =>
    [
        .. _cluster.State.Members.Where(member =>
            member.UniqueAddress != _cluster.SelfUniqueAddress
            && member.Status is not (MemberStatus.Down or MemberStatus.Removed)
            && KeepsPartitions(member)),
    ];

    /// <summary>Whether the node of another keeper is not gone for good.</summary>
    public bool IsThere(IActorRef keeper) => OtherMembers().Any(member => member.Address == keeper.Path.Address);

    /// <summary>Whether a node may keep partitions of the table.</summary>
    public bool KeepsPartitions(Member member) => Settings.Role is null || member.HasRole(Settings.Role);

    /// <summary>The keeper of another node.</summary>
    public ActorSelection KeeperAt(Address address) =>
        System.ActorSelection(new RootActorPath(address) / "system" / KeeperName);
}
