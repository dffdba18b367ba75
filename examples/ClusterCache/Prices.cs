using Netshm;
using Netshm.Actors;
using Netshm.Actors.Cluster;

namespace ClusterCache;

/// <summary>
/// The prices of the articles: a table that the processes of one host share, which every node reaches, with a near cache in
/// the node's own memory.
/// </summary>
internal sealed class Prices
{
    /// <summary>The name of the host that has the table.</summary>
    public const string Host = "a";

    private const string Table = "prices";

    private readonly RemoteTypedTableRef<string, int> _table;
    private readonly NearCache<string, int> _near;

    /// <param name="node">This node.</param>
    /// <param name="host">The name of its host.</param>
    public Prices(ClusterNode node, string host)
    {
        if (host == Host)
            _ = node.System.Netshm().OpenTable(Table);
        var tables = ClusterTables.Get(node.System);
        _table = tables.Table(Table, DataManagers.String, DataManagers.Int32, Host);
        _near = tables.NearCache(Table, DataManagers.String, DataManagers.Int32, Host);
    }

    /// <summary>Sets the price of an article.</summary>
    public Task SetAsync(string article, int price) => _table.ReplaceAsync(article, price);

    /// <summary>Looks a price up: <c>near PRICE</c> when the cache has it, otherwise <c>far PRICE</c>.</summary>
    /// <exception cref="KeyNotFoundException">It has none.</exception>
    public async Task<string> LookUpAsync(string article) =>
        _near.TryGetCached(article, out Option<int> cached) && cached.HasValue
            ? $"near {cached.Value}"
            : $"far {await _near.FindAsync(article)}";
}
