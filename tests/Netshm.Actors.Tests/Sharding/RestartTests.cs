using Akka.Actor;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Sharding;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>Clusters of which all nodes were down, so that none knows which copy of a partition counts.</summary>
public sealed class RestartTests : ShardedTableSpec
{
    [Fact]
    public async Task A_cluster_on_one_host_is_warm_after_it_was_down()
    {
        ActorSystem first = await StartNode("a", settings: "partitions = 1");
        await TableOf(first).ReplaceAsync("key", 1);
        await Stop(first);
        await AssertStarts(await StartNode("a", settings: "partitions = 1"), PartitionOrigin.Warm, 1);
    }

    [Fact]
    public async Task A_host_does_not_serve_its_copy_without_the_host_that_may_have_a_newer_one()
    {
        await LeaveCopyOnHostWithNeighbour();
        await AssertStarts(await StartNode("a", settings: "partitions = 1"), PartitionOrigin.Lost, default);
    }

    [Fact]
    public async Task A_host_serves_its_copy_without_proof_where_that_is_configured()
    {
        await LeaveCopyOnHostWithNeighbour();
        const string settings = "partitions = 1, without-proof = newest";
        await AssertStarts(await StartNode("a", settings: settings), PartitionOrigin.Warm, 1);
    }

    [Fact]
    public async Task Hosts_that_are_all_back_serve_the_newest_copy()
    {
        await LeaveCopyOnHostWithNeighbour();
        ActorSystem b = await StartNode("b", settings: "partitions = 1");
        ActorSystem a = await StartNode("a", b, "partitions = 1");
        _ = TableOf(a); // Its keeper answers though the partition is opened on the other host, or here.
        Assert.Equal(1, await TableOf(b).FindAsync("key", Patience));
    }

    [Fact]
    public async Task A_partition_begins_empty_on_another_host_where_that_is_configured()
    {
        const string settings = "partitions = 1, hand-over = cold";
        ActorSystem a = await StartNode("a", settings: settings);
        await TableOf(a).ReplaceAsync("key", 1);
        ActorSystem b = await StartNode("b", a, settings);
        StartLog log = LogOf(b);
        ShardedTable<string, int> table = TableOf(b);
        await Stop(a);
        Assert.Equal(default, await table.TryFindAsync("key", Patience));
        Assert.Equal([PartitionOrigin.Cold], log.Origins);
    }

    /// <summary>
    /// Has host "a" serve a partition while host "b" is in the cluster, and both go down at once without a hand-over.
    /// </summary>
    private async Task LeaveCopyOnHostWithNeighbour()
    {
        ActorSystem a = await StartNode("a", settings: "partitions = 1");
        ShardedTable<string, int> table = TableOf(a);
        await table.ReplaceAsync("key", 1);
        ActorSystem b = await StartNode("b", a, "partitions = 1");
        _ = TableOf(b);
        using var ledger = new HostLedger(new PartitionFiles(table.Settings.Location).Ledger, partitions: 1);
        await AwaitHosts(ledger, 2);
        await Task.WhenAll(Abort(a), Abort(b));
        Assert.Equal(2, ledger.Find(0)!.Hosts.Count);
    }

    private static async Task AwaitHosts(HostLedger ledger, int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (ledger.Find(0)?.Hosts.Count != count)
            await Task.Delay(10, limit.Token);
    }

    /// <summary>Stops a node as its death does it: without coordinated shutdown.</summary>
    private static Task Abort(ActorSystem system)
    {
        ((ExtendedActorSystem)system).Abort();
        return system.WhenTerminated.WaitAsync(Patience);
    }

    private static async Task AssertStarts(ActorSystem system, PartitionOrigin origin, Option<int> value)
    {
        StartLog log = LogOf(system);
        Assert.Equal(value, await TableOf(system).TryFindAsync("key", Patience));
        Assert.Equal([origin], log.Origins);
    }
}
