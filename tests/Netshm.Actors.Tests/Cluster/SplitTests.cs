using Netshm.Actors.Cluster;
using Netshm.Actors.Worker.Cluster;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Near caches on one side of a split network, their table on the other.</summary>
public sealed class SplitTests : ClusterSpec
{
    private const string Name = "split";

    private readonly TcpRelay _beforeTable = new(Host, "127.0.1.1");
    private readonly TcpRelay _beforeCache = new(OtherHost, "127.0.1.2");

    [Fact]
    public async Task A_cache_is_empty_while_the_network_is_split_and_never_stale_when_it_has_healed()
    {
        string address = StartNode("first", Name, config: _beforeTable.Config + NoDowning).Address;
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, address, _beforeCache.Config + NoDowning);
        using ShmHashtable<string, int> table = OpenTable();
        table.Replace("a", 1);
        using NearCache<string, int> cache = await CacheThatKnows(node, 1);

        Cut();
        table.Replace("a", 2);
        await AssertThatItGetsEmpty(cache);
        ValueTask<int> waiting = cache.FindAsync("a");
        Assert.False(waiting.IsCompleted);

        Heal();
        Assert.Equal(2, await waiting);
        long hits = cache.Hits;
        _ = await EventuallyAsync(
            async () =>
            {
                int found = await cache.FindAsync("a");
                Assert.Equal(2, found);
                return cache.Hits;
            },
            now => now > hits);
        table.Replace("a", 3);
        _ = await EventuallyAsync(async () => await cache.FindAsync("a"), found => found == 3);
    }

    [Fact]
    public async Task A_cache_whose_node_is_downed_is_empty_and_its_table_can_not_be_reached()
    {
        // The side of the oldest node lives, though it is alone.
        const string downing = "\nakka.cluster.split-brain-resolver.keep-oldest.down-if-alone = off";
        string address = StartNode("first", Name, config: _beforeTable.Config + downing).Address;
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, address, _beforeCache.Config + downing);
        using ShmHashtable<string, int> table = OpenTable();
        table.Replace("a", 1);
        using NearCache<string, int> cache = await CacheThatKnows(node, 1);

        Cut();
        await node.System.WhenTerminated.WaitAsync(Patience);
        await AssertThatItGetsEmpty(cache);
        await Assert.ThrowsAsync<TableClosedException>(() => cache.FindAsync("a").AsTask());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _beforeTable.Dispose();
        _beforeCache.Dispose();
    }

    private ShmHashtable<string, int> OpenTable() =>
        ShmHashtable<string, int>.Open(DataManagers.String, DataManagers.Int32, Temp.Name);

    /// <summary>A cache that has the value of the key "a".</summary>
    private static async Task<NearCache<string, int>> CacheThatKnows(ClusterNode node, int value)
    {
        NearCache<string, int> cache =
            ClusterTables.Get(node.System).NearCache(Name, DataManagers.String, DataManagers.Int32, Host);
        _ = await EventuallyAsync(async () => (await cache.FindAsync("a"), cache.Hits), found => found == (value, 1));
        return cache;
    }

    private static async Task AssertThatItGetsEmpty(NearCache<string, int> cache)
    {
        _ = await EventuallyAsync(
            () => Task.FromResult((cache.IsConnected, cache.Count)), state => state is (false, 0));
        Assert.False(cache.TryGetCached("a", out _));
    }

    private void Cut()
    {
        _beforeTable.Cut();
        _beforeCache.Cut();
    }

    private void Heal()
    {
        _beforeTable.Heal();
        _beforeCache.Heal();
    }
}
