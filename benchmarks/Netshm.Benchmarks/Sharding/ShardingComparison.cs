using System.Globalization;
using Akka.Actor;
using Akka.DistributedData;
using Netshm.TestKit;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Benchmarks.Sharding;

/// <summary>
/// Getting and setting by a <see cref="Netshm.Actors.Cluster.ShardedTable{TKey, TValue}"/> over two processes, beside bare sharding
/// with entities that keep a dictionary, and Akka.DistributedData's dictionary.
/// </summary>
internal sealed class ShardingComparison(BenchmarkNode node, int keyCount)
{
    private const int InFlight = 64;
    private const int ValueLength = 8;
    private const int DictionaryShare = 50;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly int[] _value = [.. Enumerable.Range(1, ValueLength)];
    private readonly string _text = new('x', ValueLength * sizeof(int));
    private readonly LWWDictionaryKey<string, string> _dictionary = new("bench");

    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(int operations, int rounds)
    {
        const int keyCount = 1000;
        string directory = Path.Combine(TempTable.Directory, $"netshm-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        try
        {
            string files = Path.Combine(directory, "bench");
            await using BenchmarkNode node = await BenchmarkNode.StartAsync(files, seed: null);
            using ChildProcess other = BenchmarkNode.StartProcess(files, AkkaCluster.Get(node.System).SelfAddress);
            await node.AwaitBothAsync();
            new ShardingComparison(node, keyCount).Measure(operations, rounds);
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private void Measure(int operations, int rounds)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"2 processes, values of {ValueLength} words; medians of {rounds} rounds, in operations a second"));
        MeasureInTurns(
            operations, rounds,
            Concurrent("ShardedTable set", InFlight, SetAsync),
            Concurrent("ShardedTable get", InFlight, key => node.Table.FindAsync(key)),
            Concurrent("bare sharding set", InFlight, key => AskEntity($"{Text(key)}={_text}")),
            Concurrent("bare sharding get", InFlight, key => AskEntity(Text(key))));

        // The replicator sends the whole dictionary around, so it gets fewer keys, and less to do at a time.
        MeasureInTurns(
            operations / DictionaryShare, rounds,
            Concurrent("LWWDictionary set, local", 1, key => UpdateAsync(key, WriteLocal.Instance)),
            Concurrent("LWWDictionary set, both nodes", 1, key => UpdateAsync(key, new WriteAll(s_patience))),
            Concurrent("LWWDictionary get, local", 1, _ => node.Data.GetAsync(_dictionary, ReadLocal.Instance)),
            Concurrent("LWWDictionary get, both nodes", 1, _ => node.Data.GetAsync(_dictionary, new ReadAll(s_patience))));
    }

    private static void MeasureInTurns(int operations, int rounds, params Series[] all)
    {
        foreach (Series series in all)
            series.MeasureOnce(operations); // Sets every key, opens every partition, warms up.
        foreach (Series series in all)
            series.Forget();
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in all)
                series.MeasureOnce(operations);
        }

        foreach (Series series in all)
            Console.WriteLine(FormattableString.Invariant($"{series.Name,-32} {series.Median,10:N0}"));
    }

    private Task SetAsync(int key) => node.Table.ReplaceAsync(key, _value);

    private Task<string> AskEntity(string request) => node.InMemory.Ask<string>(request, s_patience);

    private async Task UpdateAsync(int key, IWriteConsistency consistency)
    {
        var cluster = AkkaCluster.Get(node.System);
        var update = Dsl.Update(
            _dictionary, LWWDictionary<string, string>.Empty, consistency,
            old => old.SetItem(cluster, Text(key), _text));
        object response = await node.Data.Replicator.Ask<object>(update, s_patience).ConfigureAwait(false);
        if (response is not UpdateSuccess)
            throw new InvalidOperationException($"the dictionary was not updated: {response}");
    }

    private static string Text(int key) => key.ToString(CultureInfo.InvariantCulture);

    /// <summary>Work that has so many operations under way at any time, with the keys in turn.</summary>
    private Series Concurrent(string name, int inFlight, Func<int, Task> operation) => new(name, operations =>
    {
        int next = -1;
        Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < operations; i = Interlocked.Increment(ref next))
                await operation(i % Math.Min(keyCount, operations)).ConfigureAwait(false);
        }))).GetAwaiter().GetResult();
    });
}
