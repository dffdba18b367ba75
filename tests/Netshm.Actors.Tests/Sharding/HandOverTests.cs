using Netshm.Actors.Cluster;
using Netshm.TestKit;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>Partitions that move because a node leaves orderly.</summary>
public sealed class HandOverTests : ShardingSpec
{
    private const int Keys = 2000;

    [Fact]
    public async Task Within_a_host_the_next_process_serves_the_same_files()
    {
        ChildProcess first = StartNode("a");
        await Fill(Keys);
        IReadOnlyList<string> files = FilesOn("a");
        IReadOnlyList<long> inodes = [.. files.Select(FileNumber.Of)];
        ChildProcess second = StartNode("a");
        Leave(first);
        await AssertFilled(Keys);
        IReadOnlyList<Start> started = StartedOn(second);
        Assert.Equal(Table.Settings.Partitions, started.Count);
        Assert.All(started, start => Assert.Equal(PartitionOrigin.Warm, start.Origin));
        Assert.Equal(Keys, started.Sum(start => start.Bindings));
        Assert.Equal(files.Order(), FilesOn("a").Order());
        Assert.Equal(inodes, files.Select(FileNumber.Of));
    }

    [Fact]
    public async Task Between_hosts_nothing_acknowledged_is_lost_while_writes_go_on()
    {
        ChildProcess first = StartNode("a");
        await Fill(Keys);
        using var writers = new Writers(Table, count: 8);
        ChildProcess second = StartNode("b");
        await writers.AdvanceAsync(Patience);
        Leave(first);
        await writers.AdvanceAsync(Patience);
        await writers.StopAndCheckAsync();
        await AssertFilled(Keys);
        IReadOnlyList<Start> started = StartedOn(second);
        Assert.Equal(Table.Settings.Partitions, started.Select(start => start.Partition).Distinct().Count());
        Assert.All(started, start => Assert.Equal(PartitionOrigin.Streamed, start.Origin));
        Assert.Empty(FilesOn("a"));
        Assert.Equal(Table.Settings.Partitions, FilesOn("b").Count);
    }
}
