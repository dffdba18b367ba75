using Akka.Actor;
using Akka.DistributedData;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Sharding;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>What a majority of the nodes knows of the copy that counts.</summary>
public sealed class RegisterTests : ShardedTableSpec
{
    private const string Settings = "partitions = 1";

    /// <summary>Nodes hear of nothing but what is written to them.</summary>
    private const string NoGossip = "akka.cluster.distributed-data.gossip-interval = 1h";

    [Fact]
    public async Task A_copy_that_only_its_host_knows_of_is_known_to_a_majority_when_it_is_served()
    {
        ActorSystem keeper = await StartNode("a", settings: Settings, config: NoGossip);
        ActorSystem client = await StartNode("none", keeper, Settings, role: "client", config: NoGossip);
        var copy = Generation.Begin(epoch: 7);
        StartLog log = LogOf(keeper);
        _ = TableOf(keeper);
        ShardedTable<string, int> table = TableOf(client);
        CreateCopy(keeper, copy);

        // As a write leaves it that reaches no majority in time.
        await DistributedData.Get(keeper).UpdateAsync(
            Key, new LWWRegister<string>(AkkaCluster.Get(keeper).SelfUniqueAddress, $"1 {copy}"), WriteLocal.Instance);

        Assert.Equal(0, await table.CountAsync(Patience));
        Assert.Equal([PartitionOrigin.Warm], log.Origins);
        LWWRegister<string>? known = await DistributedData.Get(client).GetAsync(Key, ReadLocal.Instance);
        Assert.Equal($"1 {copy}", known?.Value);
    }

    private static LWWRegisterKey<string> Key => new("netshm-partition-carts-0");

    private static void CreateCopy(ActorSystem system, Generation copy)
    {
        var files = new PartitionFiles(ShardedTableSettings.Create("carts", system.Settings.Config).Location);
        TableSettings settings = system.Netshm().Settings.Table("carts").ForPartition(files.NameOf(0, copy));
        ShmTable.Open(settings.Location, settings.Options).Dispose();
    }
}
