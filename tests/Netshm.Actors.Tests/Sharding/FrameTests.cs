using System.Diagnostics;
using Akka.Actor;
using Netshm.Actors.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>What is larger than a message between nodes may be, and calls that need several requests.</summary>
public sealed class FrameTests : ShardedTableSpec
{
    private const string Settings = "partitions = 1";

    /// <summary>The default is 128,000 bytes: too many for the words of a value, but not for half of them.</summary>
    private const int TooManyWords = 32_000;

    [Fact]
    public async Task A_value_that_is_too_large_for_a_message_is_refused_at_once()
    {
        (ShardedTable<string, int[]> table, _) = await StartAsync();
        await AssertRefused(() => table.ReplaceAsync("key", new int[TooManyWords], Timeout.InfiniteTimeSpan));
        await AssertRefused(() => table.AddAsync("key", new int[TooManyWords], Timeout.InfiniteTimeSpan));
        await AssertRefused(() => table.GroupAsync(
            group => group.Replace("a", new int[TooManyWords / 2]).Replace("b", new int[TooManyWords / 2]),
            Timeout.InfiniteTimeSpan));
        Assert.Equal(0, await table.CountAsync(Patience));
    }

    [Fact]
    public async Task A_reply_that_is_too_large_for_a_message_is_refused_at_once()
    {
        (ShardedTable<string, int[]> table, _) = await StartAsync();
        await table.AddAsync("key", new int[TooManyWords / 2], Patience);
        await table.AddAsync("key", new int[TooManyWords / 2], Patience);
        await AssertRefused(() => table.FindAllAsync("key", Timeout.InfiniteTimeSpan));
        Assert.Equal(TooManyWords / 2, (await table.FindAsync("key", Patience)).Length);
    }

    [Fact]
    public async Task The_timeout_of_an_update_binds_all_its_tries()
    {
        (ShardedTable<string, int[]> table, ShardedTable<string, int[]> other) = await StartAsync();
        int tries = 0;
        long start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<RequestTimeoutException>(() => table.UpdateAsync(
            "key",
            [],
            value =>
            {
                // Somebody else is always faster.
                other.ReplaceAsync("key", [++tries], Patience).Wait();
                Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "it has been tried for too long");
                return value;
            },
            TimeSpan.FromSeconds(2)));
        Assert.True(tries > 1);
        Assert.Equal([tries], await table.FindAsync("key", Patience));
    }

    private static async Task AssertRefused(Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<ValueTooLargeException>(call);
        Assert.True(e.Size > e.Limit);
        Assert.InRange(e.Limit, 120_000, 128_000);
        Assert.Contains("maximum-frame-size", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The table on a node that keeps its partition, and on one that uses it from outside.</summary>
    private async Task<(ShardedTable<string, int[]> Outside, ShardedTable<string, int[]> Owner)> StartAsync()
    {
        ActorSystem owner = await StartNode("a", settings: Settings);
        ActorSystem outside = await StartNode("none", owner, Settings, role: "client");
        return (Start(outside), Start(owner));
    }

    private static ShardedTable<string, int[]> Start(ActorSystem system) =>
        system.ShardedTables().Start("carts", DataManagers.String, DataManagers.Int32Array);
}
