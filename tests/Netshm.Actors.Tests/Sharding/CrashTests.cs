using Netshm.Actors.Cluster;
using Netshm.TestKit;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>Processes with partitions that are killed (SIGKILL).</summary>
public sealed class CrashTests : ShardingSpec
{
    private const int Keys = 1000;

    [Fact]
    public async Task On_the_same_host_another_process_serves_everything_that_was_acknowledged()
    {
        ChildProcess first = StartNode("a");
        await Fill(Keys);
        using var writers = new Writers(Table, count: 8);
        ChildProcess second = StartNode("a");
        _ = StartNode("b"); // A place, too, but not the one with the files.
        await writers.AdvanceAsync(Patience);
        await AwaitServed(second);
        first.Kill();
        await writers.AdvanceAsync(Patience);
        await writers.StopAndCheckAsync();
        await AssertFilled(Keys);
        IReadOnlyList<Start> started = StartedOn(second);
        Assert.Contains(started, start => start.Origin == PartitionOrigin.Warm);
        Assert.All(started, start => Assert.True(
            start.Origin is PartitionOrigin.Warm or PartitionOrigin.Streamed, // Some may come back from the other host.
            $"partition {start.Partition} began {start.Origin}"));
    }

    [Fact]
    public async Task On_another_host_it_starts_cold_and_the_old_file_is_not_served_when_its_host_is_back()
    {
        ChildProcess first = StartNode("a");
        await Fill(Keys);
        IReadOnlyList<string> lost = FilesOn("a");
        first.Kill();
        ChildProcess second = StartNode("b");
        foreach (string key in KeyOfEachPartition)
            Assert.False(await Table.ContainsAsync(key, Patience));
        IReadOnlyList<Start> started = StartedOn(second);
        Assert.Equal(Table.Settings.Partitions, started.Count);
        Assert.All(started, start => Assert.Equal((PartitionOrigin.Lost, 0), (start.Origin, start.Bindings)));

        string[] keys = [.. KeyOfEachPartition];
        foreach (string key in keys)
            await Table.ReplaceAsync(key, -1, Patience);
        ChildProcess again = StartNode("a");
        Leave(second);
        foreach (string key in keys)
            Assert.Equal(-1, await Table.FindAsync(key, Patience));
        Assert.Equal(keys.Length, await Table.CountAsync(Patience));
        started = StartedOn(again);
        Assert.Equal(Table.Settings.Partitions, started.Count);
        Assert.All(started, start => Assert.Equal(PartitionOrigin.Streamed, start.Origin));
        Assert.Empty(FilesOn("a").Intersect(lost));
    }

    /// <summary>Waits until a node has got partitions by evening the load out.</summary>
    private static async Task AwaitServed(ChildProcess node) =>
        await Until(() => StartedOn(node).Count > 0, "the node gets partitions");
}
