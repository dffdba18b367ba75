using Netshm.Actors.Cluster;
using Netshm.Actors.Worker.Cluster;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Names of tables, which come from outside, beside those of the layer's own actors.</summary>
public sealed class NamesTests : ClusterSpec
{
    [Theory]
    [InlineData("overview")]
    [InlineData("overview-proxy")]
    [InlineData("reporter")]
    [InlineData("ledger")]
    [InlineData("@publisher")]
    [InlineData("a@127.0.0.1")]
    [InlineData("$a")]
    public async Task A_table_of_any_name_is_reached_beside_others(string name)
    {
        await using ClusterNode node = await ClusterNode.StartAsync(Host, seed: null, $$"""
            netshm.default-table { location = "{{Temp.Name}}-{name}", cluster.expose = on }
            """);
        try
        {
            _ = node.System.Netshm().OpenTable(name);
            _ = node.System.Netshm().OpenTable("other");
            var tables = ClusterTables.Get(node.System);
            await tables.Table(name).AddAsync(1, [1]);
            await tables.Table("other").AddAsync(1, [2]);
            Assert.Equal(1, (await tables.Table(name, Host).FindAsync(1)).Single());
            _ = await EventuallyAsync(
                () => tables.StatusAsync(Patience),
                status => status.Nodes.SelectMany(node => node.Tables).Select(table => table.Name).Order()
                    .SequenceEqual(new[] { name, "other" }.Order()));
        }
        finally
        {
            foreach (string path in Directory.EnumerateFiles(
                Path.GetDirectoryName(Temp.Name.MemoryPath)!, Path.GetFileName(Temp.Name.MemoryPath) + "-*"))
            {
                File.Delete(path);
            }
        }
    }
}
