using Akka.Cluster;
using Netshm.Actors.Cluster;
using Netshm.Actors.Worker.Cluster;
using Netshm.TestKit;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>The publisher of a host is stopped (SIGSTOP): it is alive, keeps its lock, and says nothing.</summary>
public sealed class StoppedPublisherTests : ClusterSpec
{
    private const string Name = "stopped";

    /// <summary>
    /// Has a removed process always notice it. One that runs again after a pause may take the oldest member for unreachable and
    /// another one, whose answer has waited for it, not yet. With the short times of these tests it would remove the oldest one
    /// as one that is alone, and go on: docs/Cluster.md, "A stopped publisher".
    /// </summary>
    private const string OldestStays = "\nakka.cluster.split-brain-resolver.keep-oldest.down-if-alone = off";

    [Fact]
    public async Task While_it_is_stopped_caches_ask_another_process_and_when_it_runs_again_it_publishes()
    {
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, seed: null, NoDowning);
        (ChildProcess publisher, string first, _) = await StartHost(node, NoDowning);
        using ShmHashtable<string, int> table = OpenTable();
        table.Replace("a", 1);
        using NearCache<string, int> cache = CacheOf(node);
        await AssertThatItComesToKnow(cache, 1);

        await StopWithoutLock(publisher, table);
        table.Replace("a", 2);
        await AssertThatItComesToKnow(cache, 2);
        Assert.Null(table.Table.TryTakePublisherLock());
        table.Replace("a", 3);
        await AssertThatItComesToKnow(cache, 3);

        publisher.Signal("CONT");
        table.Replace("a", 4);
        await AssertThatItComesToKnow(cache, 4);
        await AssertThatItPublishes(node, first);
    }

    [Fact]
    public async Task When_it_was_removed_meanwhile_another_process_publishes_as_soon_as_it_runs_again()
    {
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, seed: null, OldestStays);
        (ChildProcess publisher, string first, string second) = await StartHost(node, OldestStays);
        using ShmHashtable<string, int> table = OpenTable();
        table.Replace("a", 1);
        using NearCache<string, int> cache = CacheOf(node);
        await AssertThatItComesToKnow(cache, 1);

        await StopWithoutLock(publisher, table);
        table.Replace("a", 2);
        _ = await EventuallyAsync(
            () => Task.FromResult(Akka.Cluster.Cluster.Get(node.System).State.Members),
            members => members.All(member => member.Address.ToString() != first));
        await AssertThatItComesToKnow(cache, 2);

        publisher.Signal("CONT");
        await AssertThatItPublishes(node, second);
        table.Replace("a", 3);
        await AssertThatItComesToKnow(cache, 3);
    }

    /// <summary>Starts two processes with the table, of which the first one publishes.</summary>
    private async Task<(ChildProcess Publisher, string First, string Second)> StartHost(ClusterNode node, string config)
    {
        string seed = node.Address.ToString();
        (ChildProcess publisher, string first) = StartNode(seed, Name, config: config);
        await AssertThatItPublishes(node, first);
        (_, string second) = StartNode(seed, Name, config: config);
        _ = await EventuallyAsync(
            () => Task.FromResult(Akka.Cluster.Cluster.Get(node.System).State.Members),
            members => members.Count(member => member.Status == MemberStatus.Up) == 3);
        return (publisher, first, second);
    }

    private ShmHashtable<string, int> OpenTable() => ShmHashtable<string, int>.Open(
        DataManagers.String, DataManagers.Int32, Temp.Name, new ShmTableOptions { LockTimeout = TimeSpan.FromSeconds(2) });

    private static NearCache<string, int> CacheOf(ClusterNode node) =>
        ClusterTables.Get(node.System).NearCache(Name, DataManagers.String, DataManagers.Int32, Host);

    /// <summary>Stops a process at a moment when it does not have the table's lock, without which nobody can write.</summary>
    private static async Task StopWithoutLock(ChildProcess process, ShmHashtable<string, int> table)
    {
        while (true)
        {
            process.Signal("STOP");
            try
            {
                table.Table.Group(() => { });
                return;
            }
            catch (LockTimeoutException)
            {
                process.Signal("CONT");
                await Task.Yield();
            }
        }
    }

    private static async Task AssertThatItPublishes(ClusterNode node, string address) => _ = await EventuallyAsync(
        () => ClusterTables.Get(node.System).StatusAsync(Patience),
        status => status.Nodes.Where(other => other.Tables.Any(table => table.IsPublisher))
            .Select(other => other.Address).SequenceEqual([address]));

    /// <summary>Waits until the cache has the value itself.</summary>
    private static async Task AssertThatItComesToKnow(NearCache<string, int> cache, int value) => _ = await EventuallyAsync(
        async () =>
        {
            long hits = cache.Hits;
            return (Found: await cache.FindAsync("a"), IsHit: cache.Hits > hits);
        },
        answer => answer == (value, true));
}
