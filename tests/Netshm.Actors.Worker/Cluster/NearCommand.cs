using System.Globalization;

namespace Netshm.Actors.Worker.Cluster;

/// <summary>
/// <c>near IP SEED LOCATION WORKER</c>: a node with a near cache of the table "near" from strings to numbers, which is its own
/// if LOCATION is not "remote". Says its address; then for each line "run SEED KEYS WRITES" makes random writes to its own
/// keys, wWORKER-0 and so on, while it looks up everybody's, and says what its own are bound to in the end; for "check
/// KEYS" says what the cache has of everybody's, "hits " and how many look-ups it answered by itself.
/// </summary>
internal static class NearCommand
{
    private const int Workers = 4;

    public static async Task<int> Run(string ip, string seed, string location, string worker)
    {
        bool isRemote = location == "remote";
        string own = isRemote ? "" : $$"""
            netshm.table.near { location = "{{location}}", cluster.expose = on, change-feed-capacity = 1024 }
            """;
        ClusterNode node = await ClusterNode.StartAsync(ip, seed == "first" ? null : seed, $$"""
            netshm.cluster.remote.silence = 30s # Nobody dies; what is slow is waited for.
            {{own}}
            """);
        INearTable table = isRemote ? new RemoteNearTable(node.System) : new LocalNearTable(node.System);
        var run = new NearRun(table, worker);
        Console.WriteLine(node.Address);
        while (Console.ReadLine() is { } line)
        {
            int[] numbers = [.. line.Split(' ').Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            Console.WriteLine(line.StartsWith("run", StringComparison.Ordinal)
                ? await run.Run(numbers[0], numbers[1], numbers[2])
                : await Check(table, numbers[0]));
        }

        table.Cache.Dispose();
        await node.LeaveAsync();
        return 0;
    }

    /// <summary>All keys of all workers.</summary>
    public static IEnumerable<string> AllKeys(int keys) => Enumerable.Range(0, Workers).SelectMany(
        worker => Enumerable.Range(0, keys).Select(key => FormattableString.Invariant($"w{worker}-{key}")));

    /// <summary>What a text says of a key that is or is not bound.</summary>
    public static string TextOf(string key, Option<int> value) =>
        FormattableString.Invariant($"{key}={(value.HasValue ? value.Value : -1)}");

    private static async Task<string> Check(INearTable table, int keys)
    {
        var texts = new List<string>();
        long hits = table.Cache.Hits;
        foreach (string key in AllKeys(keys))
            texts.Add(TextOf(key, await table.Cache.TryFindAsync(key)));
        return FormattableString.Invariant($"{string.Join(' ', texts)} hits={table.Cache.Hits - hits}");
    }
}
