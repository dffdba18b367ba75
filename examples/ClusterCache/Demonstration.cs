using System.Diagnostics;
using Netshm;
using Netshm.Actors.Cluster;

namespace ClusterCache;

/// <summary>
/// The story of three processes on two hosts: carts are written and prices change, a process is killed, comes back, and a host
/// is given up.
/// </summary>
internal sealed class Demonstration
{
    private const int Users = 2000;
    private const string Article = "book";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ClusterNode _client;
    private readonly ShardedTable<string, Cart> _carts;
    private int _failures;

    private Demonstration(ClusterNode client)
    {
        _client = client;
        _carts = client.StartTable();
    }

    /// <summary>Tells the story and verifies what it tells.</summary>
    /// <returns>0 when everything was as it should be.</returns>
    public static async Task<int> RunAsync()
    {
        string directory = Path.Combine(
            Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"cluster-cache-{Environment.ProcessId}");
        Host[] hosts = [MakeHost(directory, "a", "127.0.0.1"), MakeHost(directory, "b", "127.0.0.2")];
        try
        {
            var nowhere = new Host("client", "127.0.0.1", directory); // It keeps no partitions, so there are no files.
            ClusterNode client = await ClusterNode.StartAsync("client", nowhere, seed: null);
            var demonstration = new Demonstration(client);
            await demonstration.TellAsync(hosts[0], hosts[1]);
            await client.System.Terminate();
            return demonstration._failures == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Host MakeHost(string directory, string name, string address)
    {
        string path = Path.Combine(directory, name);
        Directory.CreateDirectory(path);
        return new Host(name, address, path);
    }

    private async Task TellAsync(Host a, Host b)
    {
        string seed = _client.Address.ToString();
        await using NodeProcess first = await NodeProcess.StartAsync("process 1", a, seed);
        await using NodeProcess second = await NodeProcess.StartAsync("process 2", a, seed);
        await using NodeProcess third = await NodeProcess.StartAsync("process 3", b, seed);

        await Task.WhenAll(Numbers.Select(i => _carts.ReplaceAsync(UserOf(i), new Cart(UserOf(i), []))));
        await AddToAllAsync(Article);
        Console.WriteLine($"{Users} carts are written, in {_carts.Settings.Partitions} partitions");
        foreach (NodeProcess node in (NodeProcess[])[first, second, third])
            await TellStartedAsync(node);
        await VerifyAsync(articles: 1);
        await SetPriceAsync(first, third, 10);
        await SetPriceAsync(second, third, 12);

        await first.KillAsync();
        await VerifyAsync(articles: 1);
        Expect(await TellStartedAsync(second), PartitionOrigin.Warm);
        await SetPriceAsync(second, third, 15);
        await AddToAllAsync("pen");

        await using NodeProcess again = await NodeProcess.StartAsync("process 1 again", a, seed);
        Expect(await AwaitStartedAsync(again), PartitionOrigin.Warm, PartitionOrigin.Streamed);
        await VerifyAsync(articles: 2);
        _ = await second.StartedAsync();

        await third.LeaveAsync();
        await VerifyAsync(articles: 2);
        IReadOnlyDictionary<PartitionOrigin, int> moved = await TellStartedAsync(second);
        Expect(moved, PartitionOrigin.Warm, PartitionOrigin.Streamed);
        IReadOnlyDictionary<PartitionOrigin, int> also = await TellStartedAsync(again);
        Expect(also, PartitionOrigin.Warm, PartitionOrigin.Streamed);
        Check(
            moved.ContainsKey(PartitionOrigin.Streamed) || also.ContainsKey(PartitionOrigin.Streamed),
            "what host b had was streamed to host a");
        Check(!Directory.EnumerateFiles(b.Directory, "*-*").Any(), "no partition is left on host b");
    }

    private static IEnumerable<int> Numbers => Enumerable.Range(0, Users);

    private static string UserOf(int number) => $"user-{number}";

    private Task<Cart[]> AddToAllAsync(string article) => Task.WhenAll(Numbers.Select(
        i => _carts.UpdateAsync(UserOf(i), new Cart(UserOf(i), []), cart => cart.With(article))));

    /// <summary>Reads all carts.</summary>
    private async Task VerifyAsync(int articles)
    {
        long start = Stopwatch.GetTimestamp();
        Option<Cart>[] carts = await Task.WhenAll(Numbers.Select(i => _carts.TryFindAsync(UserOf(i), s_patience)));
        int whole = carts.Where((cart, i) => cart is { HasValue: true, Value: var found }
            && found.User == UserOf(i) && found.Articles.Count == articles).Count();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Check(whole == Users, $"{whole} of {Users} carts are whole, after {seconds:F1} s");
    }

    /// <summary>
    /// Has a process set a price, and another one look it up until its near cache, which had the price before, has the new one.
    /// </summary>
    private async Task SetPriceAsync(NodeProcess writer, NodeProcess reader, int price)
    {
        await writer.SetPriceAsync(Article, price);
        long start = Stopwatch.GetTimestamp();
        string found;
        do
        {
            found = await reader.PriceAsync(Article);
        }
        while (found != $"near {price}" && Stopwatch.GetElapsedTime(start) < s_patience);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Check(
            found == $"near {price}",
            $"{writer.Name} has set a price to {price}, the near cache of {reader.Name} says {found}, " +
            $"after {milliseconds:F0} ms");
    }

    private static async Task<IReadOnlyDictionary<PartitionOrigin, int>> TellStartedAsync(NodeProcess node)
    {
        IReadOnlyDictionary<PartitionOrigin, int> started = await node.StartedAsync();
        string origins = string.Join(", ", started.Select(one => $"{one.Value} {one.Key}"));
        Console.WriteLine($"{node.Name} opened {started.Values.Sum()} partitions: {origins}");
        return started;
    }

    /// <summary>Waits until the cluster has given a node some of the load.</summary>
    private static async Task<IReadOnlyDictionary<PartitionOrigin, int>> AwaitStartedAsync(NodeProcess node)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (true)
        {
            IReadOnlyDictionary<PartitionOrigin, int> started = await node.StartedAsync();
            if (started.Count > 0)
            {
                string origins = string.Join(", ", started.Keys);
                Console.WriteLine($"{node.Name} was given partitions to even the load out: {origins}");
                return started;
            }

            await Task.Delay(100, limit.Token);
        }
    }

    private void Expect(IReadOnlyDictionary<PartitionOrigin, int> started, params PartitionOrigin[] allowed) => Check(
        started.Keys.All(allowed.Contains), $"they began {string.Join(" or ", allowed)}");

    private void Check(bool isRight, string statement)
    {
        Console.WriteLine($"  {(isRight ? "right" : "WRONG")}: {statement}");
        _failures += isRight ? 0 : 1;
    }
}
