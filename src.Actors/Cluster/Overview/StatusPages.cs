using System.Text;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Overview;

/// <summary>Cuts reports and statuses into pieces that fit into messages, between tables.</summary>
internal static class StatusPages
{
    /// <summary>More than a node takes beside its tables, address and host.</summary>
    private const int NodeInBytes = 256;

    /// <summary>More than a table takes beside its texts.</summary>
    private const int TableInBytes = 64;

    /// <summary>A node's report in pieces, one at least.</summary>
    public static IReadOnlyList<NodeReport> Of(NodeReport report, FrameLimit limit)
    {
        List<TableStatus[]> pages = [.. Pages(report.Tables, SizeOf, limit.Bytes - NodeInBytes)];
        if (pages.Count == 0)
            pages.Add([]);
        return [.. pages.Select((tables, page) => report with { Tables = new(tables), Page = page, Pages = pages.Count })];
    }

    /// <summary>What is known of all nodes in pieces; a node with many tables is in several of them.</summary>
    public static IReadOnlyList<NodeStatus[]> Of(IEnumerable<NodeStatus> nodes, FrameLimit limit)
    {
        IEnumerable<NodeStatus> parts = nodes.SelectMany(node => node.Tables.Count == 0
            ? [node]
            : Pages(node.Tables, SizeOf, limit.Bytes - NodeInBytes).Select(tables => node with { Tables = new(tables) }));
        return [.. Pages(parts, SizeOf, limit.Bytes)];
    }

    /// <summary>The nodes of all pieces, each with all its tables.</summary>
    public static ClusterStatus Join(IEnumerable<NodeStatus> parts) => new([.. parts
        .GroupBy(part => part.Address)
        .Select(node => node.Last() with
        {
            Tables = [.. node.SelectMany(part => part.Tables).GroupBy(table => table.Name).Select(table => table.Last())],
        })]);

    private static IEnumerable<T[]> Pages<T>(IEnumerable<T> items, Func<T, long> sizeOf, long limit)
    {
        List<T> page = [];
        long size = 0;
        foreach (T item in items)
        {
            long added = sizeOf(item);
            if (page.Count > 0 && size + added > limit)
            {
                yield return [.. page];
                page.Clear();
                size = 0;
            }

            page.Add(item);
            size += added;
        }

        if (page.Count > 0)
            yield return [.. page];
    }

    private static long SizeOf(NodeStatus node) =>
        NodeInBytes + Encoding.UTF8.GetMaxByteCount(node.Address.Length + node.Host.Length) + node.Tables.Sum(SizeOf);

    private static long SizeOf(TableStatus table) => TableInBytes
        + Encoding.UTF8.GetByteCount(table.Name) + Encoding.UTF8.GetByteCount(table.Location)
        + Encoding.UTF8.GetByteCount(table.Problem);
}
