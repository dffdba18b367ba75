using System.Diagnostics;

namespace Netshm.Benchmarks.Changes;

/// <summary>What a change feed costs writers, and how long a change takes to a subscriber in another process.</summary>
internal static class ChangeFeedComparison
{
    private const int ValueLengthInWords = 8;
    private const int ChangesPerLatency = 2000;

    /// <summary>Measures in rounds, with and without the feed in turn, and prints the medians.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(int bindingCount, int rounds)
    {
        CompareWrites(bindingCount, rounds);
        Console.WriteLine();
        foreach (string wait in ChangeSubscriber.Waits)
            MeasureLatency(wait);
        return 0;
    }

    private static void CompareWrites(int bindingCount, int rounds)
    {
        using var without = new ScratchTable(changeFeedCapacity: 0);
        using var with = new ScratchTable(changeFeedCapacity: 1 << 16);
        int[] keys = [.. Enumerable.Range(0, bindingCount)];
        foreach (ScratchTable scratch in new[] { without, with })
            AddAll(scratch.Table, keys);
        new Random(1).Shuffle(keys);
        (string Name, Action<ShmTable, int[]> Write)[] writes =
        [
            ("replace", ReplaceAll), ("add, then remove", AddAndRemoveAll), ("replace in groups of 64", ReplaceInGroups),
        ];
        Console.WriteLine($"{bindingCount:N0} bindings of {ValueLengthInWords} words, ns each, medians of {rounds} rounds");
        foreach ((string name, Action<ShmTable, int[]> write) in writes)
            Compare(name, write, without.Table, with.Table, keys, rounds);
    }

    private static void Compare(
        string name, Action<ShmTable, int[]> write, ShmTable without, ShmTable with, int[] keys, int rounds)
    {
        var times = new List<(double Without, double With)>();
        for (int round = -1; round < rounds; round++)
        {
            double first = NanosecondsEach(write, without, keys);
            double second = NanosecondsEach(write, with, keys);
            if (round >= 0) // The round before warms up.
                times.Add((first, second));
        }

        double plain = Median(times.Select(time => time.Without));
        double fed = Median(times.Select(time => time.With));
        double ratio = Median(times.Select(time => time.With / time.Without));
        Console.WriteLine($"{name,-24} without {plain,6:F0}   with a feed {fed,6:F0}   {ratio - 1,7:+0.0%;-0.0%} (median of the rounds)");
    }

    private static double NanosecondsEach(Action<ShmTable, int[]> write, ShmTable table, int[] keys)
    {
        long start = Stopwatch.GetTimestamp();
        write(table, keys);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / keys.Length;
    }

    private static void AddAll(ShmTable table, int[] keys)
    {
        foreach (int key in keys)
            table.Add(key, new int[ValueLengthInWords]);
    }

    private static void ReplaceAll(ShmTable table, int[] keys)
    {
        Span<int> value = stackalloc int[ValueLengthInWords];
        foreach (int key in keys)
        {
            value[0]++;
            table.Replace(key, value);
        }
    }

    private static void AddAndRemoveAll(ShmTable table, int[] keys)
    {
        Span<int> value = stackalloc int[ValueLengthInWords];
        foreach (int key in keys)
        {
            table.Add(key, value);
            table.Remove(key);
        }
    }

    private static void ReplaceInGroups(ShmTable table, int[] keys)
    {
        foreach (int[] group in keys.Chunk(64))
            table.Group(() => ReplaceAll(table, group));
    }

    private static void MeasureLatency(string wait)
    {
        using var scratch = new ScratchTable(changeFeedCapacity: 1 << 16);
        using var subscriber = new ChangeSubscriber(scratch.Table.Name, wait, ChangesPerLatency);
        for (int i = 0; i < ChangesPerLatency; i++)
        {
            Thread.Sleep(1); // So that the subscriber sleeps.
            ChangeSubscriber.WriteNow(scratch.Table);
        }

        double[] microseconds = subscriber.Finish();
        Console.WriteLine($"commit to another process, {wait,-9} {ChangesPerLatency} changes: median {At(0.5):F1} µs, " +
            $"99th percentile {At(0.99):F1} µs, worst {microseconds[^1]:F1} µs");

        double At(double part) => microseconds[(int)(part * microseconds.Length)];
    }

    private static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>A table of its own in shared memory.</summary>
    private sealed class ScratchTable : IDisposable
    {
        private readonly SharedMemoryName _name = SharedMemoryName.File($"/dev/shm/netshm-changes-{Guid.NewGuid():N}");

        public ScratchTable(int changeFeedCapacity) =>
            Table = ShmTable.Open(_name, new ShmTableOptions { ChangeFeedCapacity = changeFeedCapacity });

        public ShmTable Table { get; }

        public void Dispose()
        {
            Table.Dispose();
            SharedMemoryObject.Unlink(_name);
        }
    }
}
