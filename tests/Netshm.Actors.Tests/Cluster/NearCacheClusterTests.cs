using System.Globalization;
using Netshm.Actors.Cluster;
using Netshm.Actors.Worker.Cluster;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Near caches in four processes on two hosts, all of which write.</summary>
public sealed class NearCacheClusterTests(ITestOutputHelper output) : ClusterSpec
{
    private const int Workers = 4;
    private const int Keys = 25;
    private const int Writes = 200;

    [Fact]
    public async Task After_random_writes_from_both_hosts_every_cache_has_what_the_models_say()
    {
        ChildProcess first = Start("near", Host, "first", Temp.Name.ToString(), "0");
        string address = first.ReadLine();
        ChildProcess[] workers =
        [
            first,
            Start("near", Host, address, Temp.Name.ToString(), "1"),
            Start("near", OtherHost, address, "remote", "2"),
            Start("near", OtherHost, address, "remote", "3"),
        ];
        foreach (ChildProcess worker in workers[1..])
            _ = worker.ReadLine();

        var seeds = new Random(Seed.Take(output).Value);
        for (int round = 0; round < 2; round++)
        {
            foreach (ChildProcess worker in workers)
                worker.WriteLine(FormattableString.Invariant($"run {seeds.Next()} {Keys} {Writes}"));
            string model = string.Join(' ', workers.Select(worker => worker.ReadLine()).ToList());
            foreach (ChildProcess worker in workers)
                await AssertThatItHas(worker, model);
        }
    }

    [Fact]
    public async Task A_cache_is_empty_while_the_host_is_silent_and_right_when_it_is_back()
    {
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, seed: null, "");
        string address = node.Address.ToString();
        (ChildProcess crashing, _) = StartNode(address, "lonely");
        using ShmHashtable<string, int> table =
            ShmHashtable<string, int>.Open(DataManagers.String, DataManagers.Int32, Temp.Name);
        table.Replace("a", 1);
        using NearCache<string, int> cache = ClusterTables.Get(node.System).NearCache(
            "lonely", DataManagers.String, DataManagers.Int32, Host);
        _ = await EventuallyAsync(async () => (await cache.FindAsync("a"), cache.Hits), found => found == (1, 1));

        crashing.Kill();
        _ = await EventuallyAsync(() => Task.FromResult(cache.IsConnected), isConnected => !isConnected);
        Assert.False(cache.TryGetCached("a", out _));
        _ = await EventuallyAsync(() => Task.FromResult(cache.Count), count => count == 0);
        table.Replace("a", 2);
        ValueTask<int> waiting = cache.FindAsync("a");
        _ = StartNode(address, "lonely");
        Assert.Equal(2, await waiting);
        long hits = cache.Hits;
        _ = await EventuallyAsync(async () => (await cache.FindAsync("a"), cache.Hits > hits), found => found == (2, true));
        table.Replace("a", 3);
        _ = await EventuallyAsync(async () => await cache.FindAsync("a"), found => found == 3);
    }

    /// <summary>Changes take their time to another host; when they are there, everything is right and in the cache.</summary>
    private static Task<string> AssertThatItHas(ChildProcess worker, string model)
    {
        string right = FormattableString.Invariant($"{model} hits={Workers * Keys}");
        return EventuallyAsync(
            () => Task.Run(() => worker.Ask("check " + Keys.ToString(CultureInfo.InvariantCulture))),
            answer => answer == right);
    }
}
