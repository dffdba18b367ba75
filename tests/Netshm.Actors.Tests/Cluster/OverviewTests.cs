using Netshm.Actors.Cluster;
using Netshm.Actors.Tables;
using Netshm.Actors.Worker.Cluster;
using Netshm.TestKit;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>The singleton that knows which node has which table.</summary>
public sealed class OverviewTests : ClusterSpec
{
    private const string Name = "watched";

    [Fact]
    public async Task It_knows_all_nodes_and_goes_over_when_its_node_is_killed_and_when_it_leaves()
    {
        (ChildProcess oldest, string first) = StartNode("first", Name);
        (ChildProcess next, string second) = StartNode(first, Name);
        (_, string third) = StartNode(first, Name);
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, first, "");
        var tables = ClusterTables.Get(node.System);
        string self = node.Address.ToString();
        using (ShmTable table = ShmTable.Open(Temp.Name))
            table.Add(1, [1]);

        ClusterStatus status = await Await(
            tables, status => NodesOf(status).SetEquals([first, second, third, self])
                && TablesOf(status).Count(table => table.Bindings == 1) == 3);
        Assert.All(TablesOf(status), table =>
        {
            Assert.Equal((Name, Temp.Name.ToString(), TableHealth.Open), (table.Name, table.Location, table.Health));
            Assert.Equal(new FileInfo(Temp.Name.MemoryPath).Length, table.SizeInBytes);
            Assert.Equal(1, table.LastChange);
            Assert.True(table.IsExposed);
        });
        Assert.Equal(first, Assert.Single(status.Nodes, node => node.Tables.Any(table => table.IsPublisher)).Address);
        Assert.Equal(OtherHost, Assert.Single(status.Nodes, node => node.Tables.Count == 0).Host);

        // The singleton is on the oldest node. Its successor asks everybody, and sees who publishes now.
        oldest.Kill();
        status = await Await(tables, status => NodesOf(status).SetEquals([second, third, self]));
        _ = await Await(tables, status => TablesOf(status).Count(table => table.IsPublisher) == 1);
        _ = next.Finish();
        _ = await Await(tables, status => NodesOf(status).SetEquals([third, self]));
    }

    [Fact]
    public async Task It_tells_when_a_table_is_busy_or_damaged()
    {
        await using ClusterNode node = await ClusterNode.StartAsync(Host, seed: null, $$"""
            netshm.table.watched { location = "{{Temp.Name}}", cluster.expose = on, reopen-min-backoff = 1h, reopen-max-backoff = 1h }
            """);
        TableRef table = node.System.Netshm().OpenTable(Name);
        var tables = ClusterTables.Get(node.System);
        _ = await Await(tables, status => TablesOf(status).Any(table => table.Health == TableHealth.Open));
        using (ChildProcess holder = WorkerProcess.Start(
            "hold", Temp.Name.ToString(), nameof(LockingMethod.Futex), nameof(GroupIntent.Write)))
        {
            Assert.Equal("held", holder.ReadLine());
            _ = await Await(tables, status => TablesOf(status).Any(
                table => table is { Health: TableHealth.Busy, Bindings: -1, Problem.Length: > 0 }));
        }

        table.Actor.Tell(new TableActor.Damaged(new CorruptFileException("f", 1, 1, "broken")), Akka.Actor.ActorRefs.NoSender);
        _ = await Await(tables, status => TablesOf(status).Any(
            table => table.Health == TableHealth.Quarantined && table.Problem.Contains("broken", StringComparison.Ordinal)));
    }

    private static HashSet<string> NodesOf(ClusterStatus status) => [.. status.Nodes.Select(node => node.Address)];

    private static IEnumerable<TableStatus> TablesOf(ClusterStatus status) =>
        status.Nodes.SelectMany(node => node.Tables);

    private static Task<ClusterStatus> Await(ClusterTables tables, Func<ClusterStatus, bool> isRight) =>
        EventuallyAsync(() => tables.StatusAsync(Patience), isRight);
}
