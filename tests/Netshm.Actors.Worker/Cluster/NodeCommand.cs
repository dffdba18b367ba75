namespace Netshm.Actors.Worker.Cluster;

/// <summary>
/// <c>node IP SEED TABLE LOCATION CAPACITY CONFIG</c>: a node of a cluster that exposes a table with a feed of so
/// many changes; SEED is a node's address or "first". Says its own address when it is up, and leaves the cluster when its
/// input ends.
/// </summary>
internal static class NodeCommand
{
    public static async Task<int> Run(string ip, string seed, string table, string location, string capacity, string config)
    {
        ClusterNode node = await ClusterNode.StartAsync(ip, seed == "first" ? null : seed, $$"""
            netshm.table.{{table}} { location = "{{location}}", cluster.expose = on, change-feed-capacity = {{capacity}} }
            {{config}}
            """);
        _ = node.System.Netshm().OpenTable(table);
        Console.WriteLine(node.Address);
        Console.ReadLine();
        await node.LeaveAsync();
        return 0;
    }
}
