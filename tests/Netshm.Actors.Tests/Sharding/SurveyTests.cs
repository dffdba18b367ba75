using Akka.Actor;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Sharding;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>What a partition's new owner hears from the other nodes, and how long it listens.</summary>
public sealed class SurveyTests : ShardedTableSpec
{
    private const string Settings = "partitions = 1, peer-timeout = 60s";

    [Fact]
    public async Task A_member_that_has_not_started_the_table_yet_is_waited_for()
    {
        ActorSystem a = await StartNode("a", settings: Settings);
        ActorSystem b = await StartNode("b", a, Settings);
        var survey = new PartitionSurvey(KeeperOn(a), 0, CancellationToken.None);
        Task<IReadOnlyList<PartitionSurvey.Answer>> asking = survey.AskEverybodyAsync();

        // What was asked before this has been answered, too: that there is nobody.
        Address address = AkkaCluster.Get(b).SelfAddress;
        _ = await a.ActorSelection(new RootActorPath(address) / "system" / "nobody")
            .Ask<ActorIdentity>(new Identify(0), Patience);
        ShardedTableNode other = KeeperOn(b);
        Assert.Equal(other.Hosts.Self, Assert.Single(await asking.WaitAsync(Patience)).CopyLocation?.Host);
    }

    [Fact]
    public async Task A_host_that_comes_back_after_its_loss_is_waited_for()
    {
        ActorSystem a = await StartNode("a", settings: Settings);
        ShardedTableNode node = KeeperOn(a);
        var copy = Generation.Begin(epoch: 1);
        Task<IActorRef?> looking = new PartitionSurvey(node, 0, CancellationToken.None).FindHolderAsync(copy);
        ShardedTableNode holder = KeeperOn(await StartNode("b", a, Settings));
        holder.CreateFile(0, copy).Dispose();
        Assert.Equal(holder.Keeper.Path.Name, (await looking.WaitAsync(Patience))?.Path.Name);
    }

    private static ShardedTableNode KeeperOn(ActorSystem system)
    {
        _ = system.Netshm(); // The configuration gets its defaults.
        return new ShardedTableNode(
            (ExtendedActorSystem)system, "carts", ShardedTableSettings.Create("carts", system.Settings.Config));
    }
}
