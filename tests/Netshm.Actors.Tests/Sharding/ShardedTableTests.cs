using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>The verbs of <see cref="ShardedTable{TKey, TValue}"/>, through remoting's serializer.</summary>
public sealed class ShardedTableTests : ShardedTableSpec
{
    [Fact]
    public async Task The_verbs_do_what_those_of_a_typed_table_do()
    {
        ShardedTable<string, int> table = await Start();
        await table.AddAsync("a", 1);
        await table.AddAsync("a", 2);
        await table.ReplaceAsync("b", 3);
        Assert.Equal(2, await table.FindAsync("a"));
        Assert.Equal([2, 1], await table.FindAllAsync("a"));
        Assert.Equal(default, await table.TryFindAsync("c"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => table.FindAsync("c"));
        Assert.True(await table.ContainsAsync("b"));
        Assert.Equal(3, await table.CountAsync());
        Assert.True(await table.RemoveAsync("a"));
        Assert.Equal(1, await table.FindAsync("a"));
        Assert.False(await table.RemoveAsync("c"));
        Assert.Equal([1], await table.FindAllAsync("a"));
    }

    [Fact]
    public async Task Concurrent_updates_lose_nothing()
    {
        const int tasks = 8, updates = 50;
        ShardedTable<string, int> table = await Start();
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < updates; i++)
                await table.UpdateAsync("counter", 0, value => value + 1);
        })));
        Assert.Equal(tasks * updates, await table.FindAsync("counter"));
    }

    [Fact]
    public async Task A_group_is_done_as_a_whole_or_not_at_all()
    {
        ShardedTable<string, int> table = await Start(partitionHash: key => key[0]);
        ShardedGroupResult<int> done = await table.GroupAsync(
            group => group.IfAbsent("ab").Add("ab", 1).Add("ab", 2).Replace("ac", 3).Remove("ab").Find("ab").IfEquals("ac", 3));
        Assert.True(done.IsDone);
        Assert.Equal([default, 1, 2, 3, 1, 1, 3], done.Values);
        ShardedGroupResult<int> refused = await table.GroupAsync(group => group.Replace("ac", 4).IfPresent("ad").Remove("ab"));
        Assert.Equal(1, refused.UnmetCondition);
        Assert.Equal([default], refused.Values);
        refused = await table.GroupAsync(group => group.Remove("ab").IfEquals("ac", 4));
        Assert.Equal([3], refused.Values);
        Assert.Equal(1, await table.FindAsync("ab"));
        Assert.Equal(3, await table.FindAsync("ac"));
    }

    [Fact]
    public async Task A_group_of_several_partitions_is_refused()
    {
        ShardedTable<string, int> table = await Start();
        int partition = table.PartitionOf("a");
        string other = Enumerable.Range(0, 1000).Select(i => $"{i}").First(key => table.PartitionOf(key) != partition);
        await Assert.ThrowsAsync<ArgumentException>(() => table.GroupAsync(group => group.Find("a").Find(other)));
        await Assert.ThrowsAsync<ArgumentException>(() => table.GroupAsync(_ => { }));
    }

    [Fact]
    public async Task Keys_are_spread_over_all_partitions()
    {
        ShardedTable<string, int> table = await Start();
        int[] keys = new int[table.Settings.Partitions];
        for (int i = 0; i < 8000; i++)
            keys[table.PartitionOf($"key {i}")]++;
        Assert.All(keys, count => Assert.InRange(count, 800, 1200));
    }

    [Fact]
    public async Task Another_number_of_partitions_is_refused_where_files_are_left()
    {
        ActorSystem first = await StartNode("a");
        await TableOf(first).ReplaceAsync("a", 1);
        await Stop(first);
        ActorSystem second = await StartNode("a", settings: "partitions = 9");
        string message = Assert.Throws<ConfigurationException>(() => TableOf(second)).Message;
        Assert.Contains("8 partitions", message, StringComparison.Ordinal);
    }

    private async Task<ShardedTable<string, int>> Start(Func<string, int>? partitionHash = null)
    {
        // The partitions are on another node than the table, so that all messages travel.
        ActorSystem keeper = await StartNode("a");
        ActorSystem client = await StartNode("none", keeper, role: "client");
        _ = TableOf(keeper);
        return TableOf(client, partitionHash);
    }
}
