using System.Globalization;
using Netshm.Actors.Cluster;
using Netshm.Actors.Worker.Cluster;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Typed verbs by way of a gate, beside a typed table of the same process.</summary>
public sealed class RemoteTypedTableRefTests(ITestOutputHelper output) : ClusterSpec
{
    [Fact]
    public async Task Verbs_do_what_those_of_a_table_of_this_process_do_among_keys_of_one_hash()
    {
        await using ClusterNode node = await StartAsync();
        var keys = new FewHashes();
        RemoteTypedTableRef<string, int> remote =
            ClusterTables.Get(node.System).Table("typed", keys, DataManagers.Int32, Host);
        using ShmHashtable<string, int> table = ShmHashtable<string, int>.Open(keys, DataManagers.Int32, Temp.Name);
        var model = new Dictionary<string, Stack<int>>();
        var random = new Random(Seed.Take(output).Value);
        for (int step = 0; step < 300; step++)
        {
            string key = random.Next(8).ToString(CultureInfo.InvariantCulture);
            if (!model.TryGetValue(key, out Stack<int>? values))
                model.Add(key, values = new Stack<int>());
            switch (random.Next(4))
            {
                case 0:
                    await remote.AddAsync(key, step);
                    values.Push(step);
                    break;
                case 1:
                    Assert.Equal(values.TryPop(out _), await remote.RemoveAsync(key));
                    break;
                case 2:
                    int expected = (values.TryPop(out int old) ? old : -1) + 1;
                    Assert.Equal(expected, await remote.UpdateAsync(key, -1, value => value + 1));
                    values.Push(expected);
                    break;
                default:
                    await remote.ReplaceAsync(key, step);
                    _ = values.TryPop(out _);
                    values.Push(step);
                    break;
            }

            Assert.Equal(values, await remote.FindAllAsync(key));
            Assert.Equal(values, table.FindAll(key));
            Assert.Equal(values.Count > 0, await remote.ContainsAsync(key));
        }

        Assert.Equal(model.Values.Sum(values => values.Count), await remote.CountAsync());
        Assert.Equal(7, await remote.UpdateAsync("new", 6, value => value + 1));
        Assert.Equal(7, await remote.FindAsync("new"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => remote.FindAsync("none"));
    }

    [Fact]
    public async Task No_update_of_eight_at_a_time_is_lost()
    {
        await using ClusterNode node = await StartAsync();
        RemoteTypedTableRef<string, int> remote =
            ClusterTables.Get(node.System).Table("typed", new FewHashes(), DataManagers.Int32);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            string key = (worker % 2).ToString(CultureInfo.InvariantCulture);
            for (int i = 0; i < 25; i++)
                _ = await remote.UpdateAsync(key, 0, value => value + 1);
        })));
        Assert.Equal((100, 100), (await remote.FindAsync("0"), await remote.FindAsync("1")));
    }

    private async Task<ClusterNode> StartAsync()
    {
        ClusterNode node = await ClusterNode.StartAsync(
            Host, seed: null, $$"""netshm.table.typed { location = "{{Temp.Name}}", cluster.expose = on }""");
        _ = node.System.Netshm().OpenTable("typed");
        return node;
    }
}
