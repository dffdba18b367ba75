using System.Diagnostics;
using System.Security.Cryptography;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>Promise 8: keys that fall together cost time, but not without bound; it is seen, and there is a remedy.</summary>
public class FloodingTests(ITestOutputHelper output)
{
    private const int Keys = 10_000;
    private static readonly ShmTableOptions s_none = new() { Locking = LockingMethod.None };

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Multiples_of_the_table_s_size_are_bound_found_and_seen_by_the_check(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, Init = 2 * Keys });
        ShmTable table = temp.Open();
        int cells = table.GetStatistics().Cells;
        long adding = Measure(() => ForEach(i => table.Add(i * cells, [i])));
        long finding = Measure(() => ForEach(i => Assert.Equal([i], table.Find(i * cells))));
        TableStatistics statistics = table.GetStatistics();
        output.WriteLine(
            $"{Keys} multiples of {cells}: added in {adding} ms, found in {finding} ms; {statistics.AverageProbes} " +
            $"probes on average, {statistics.MaxProbes} at most");

        // Every key begins its search at the same cell, so the n-th is the n-th to be met.
        Assert.Equal(cells, statistics.Cells);
        Assert.True(statistics.IsFlooded);
        Assert.InRange(statistics.MaxProbes, Keys, Keys + 10);
        TableReport report = table.Check();
        Assert.True(report.IsConsistent, report.ToString());
        Assert.Equal(statistics.MaxProbes, report.MaxProbes);
        Assert.Contains("DataManagers.Scrambled", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.EndsWith(report.Notes[0], report.ToString(), StringComparison.Ordinal);
        ForEach(i => Assert.True(table.Remove(i * cells)));
    }

    [Fact]
    public void Multiples_of_the_size_that_a_table_is_going_to_have_do_not_keep_it_from_growing()
    {
        int cells;
        using (var plain = new TempTable(options: s_none with { Init = 1 }))
        {
            ShmTable grown = plain.Open();
            ForEach(i => grown.Add(i, []));
            cells = grown.GetStatistics().Cells;
        }

        using var temp = new TempTable(options: s_none with { Init = 1 });
        ShmTable table = temp.Open();
        long adding = Measure(() => ForEach(i => table.Add(i * cells, [i])));
        TableStatistics statistics = table.GetStatistics();
        output.WriteLine($"{Keys} multiples of {cells}, from the start: added in {adding} ms, " +
            $"{statistics.MaxProbes} probes at most, {statistics.Cells} cells");
        Assert.Equal(cells, statistics.Cells);
        Assert.True(statistics.IsFlooded);
        ForEach(i => Assert.Equal([i], table.Find(i * cells)));
    }

    [Fact]
    public void Overlapping_runs_of_numbers_are_seen_too()
    {
        using var temp = new TempTable(options: s_none with { Init = 2 * Keys });
        ShmTable table = temp.Open();
        int cells = table.GetStatistics().Cells;
        ForEach(i => table.Add(i % 2 == 0 ? i / 2 : cells + (i / 2), [i]));
        Assert.True(table.GetStatistics().IsFlooded);
    }

    [Fact]
    public void Random_keys_and_runs_of_numbers_are_no_flood()
    {
        int many = LongForm.Rounds("NETSHM_FLOOD_KEYS", shortForm: 200_000);
        Seed.Take(output).Run(random =>
        {
            foreach (bool isRun in (bool[])[true, false])
            {
                using var temp = new TempTable(options: s_none with { Init = 1 });
                ShmTable table = temp.Open();
                for (int i = 0; i < many; i++)
                    table.Replace(isRun ? i : random.Next(int.MinValue, int.MaxValue), []);
                TableStatistics statistics = table.GetStatistics();
                output.WriteLine($"{statistics.Keys} keys: {statistics.AverageProbes} probes on average, " +
                    $"{statistics.MaxProbes} at most, load {statistics.Load}");
                Assert.False(statistics.IsFlooded);
                Assert.Empty(table.Check().Notes);
            }
        });
    }

    [Fact]
    public void Scrambled_keys_do_not_fall_together()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(16);
        DataManager<int> scrambled = DataManagers.Scrambled(DataManagers.Int32, secret);
        using var temp = new TempTable(options: s_none with { Init = 2 * Keys });
        using var typed = new ShmHashtable<int, int[]>(scrambled, DataManagers.Int32Array, temp.Open());
        int cells = typed.Table.GetStatistics().Cells;
        long adding = Measure(() => ForEach(i => typed.Add(i * cells, [i])));
        TableStatistics statistics = typed.Table.GetStatistics();
        output.WriteLine($"{Keys} multiples of {cells}, scrambled: added in {adding} ms; " +
            $"{statistics.AverageProbes} probes on average, {statistics.MaxProbes} at most");
        Assert.False(statistics.IsFlooded);
        ForEach(i => Assert.Equal([i], typed.Find(i * cells)));
    }

    private static void ForEach(Action<int> action)
    {
        for (int i = 0; i < Keys; i++)
            action(i);
    }

    private static long Measure(Action action)
    {
        var time = Stopwatch.StartNew();
        action();
        return time.ElapsedMilliseconds;
    }
}
