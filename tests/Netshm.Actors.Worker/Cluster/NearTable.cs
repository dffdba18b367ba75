using Akka.Actor;
using Netshm.Actors.Cluster;

namespace Netshm.Actors.Worker.Cluster;

/// <summary>The table "near", here or on another host, with a cache of it that has no room for all keys.</summary>
internal interface INearTable
{
    NearCache<string, int> Cache { get; }

    Task AddAsync(string key, int value);

    Task ReplaceAsync(string key, int value);

    Task<bool> RemoveAsync(string key);
}

/// <summary>The table that this process has open.</summary>
internal sealed class LocalNearTable : INearTable
{
    private readonly TypedTableRef<string, int> _table;

    public LocalNearTable(ActorSystem system)
    {
        _table = system.Netshm().OpenTable("near", DataManagers.String, DataManagers.Int32);
        Cache = new NearCache<string, int>(_table, maxEntries: 1000);
    }

    public NearCache<string, int> Cache { get; }

    public Task AddAsync(string key, int value) => _table.AddAsync(key, value);

    public Task ReplaceAsync(string key, int value) => _table.ReplaceAsync(key, value);

    public Task<bool> RemoveAsync(string key) => _table.RemoveAsync(key);
}

/// <summary>The table of another host.</summary>
internal sealed class RemoteNearTable : INearTable
{
    private readonly RemoteTypedTableRef<string, int> _table;

    public RemoteNearTable(ActorSystem system)
    {
        var tables = ClusterTables.Get(system);
        _table = tables.Table("near", DataManagers.String, DataManagers.Int32, "127.0.0.1");
        Cache = tables.NearCache("near", DataManagers.String, DataManagers.Int32, "127.0.0.1", maxEntries: 1000);
    }

    public NearCache<string, int> Cache { get; }

    public Task AddAsync(string key, int value) => _table.AddAsync(key, value);

    public Task ReplaceAsync(string key, int value) => _table.ReplaceAsync(key, value);

    public Task<bool> RemoveAsync(string key) => _table.RemoveAsync(key);
}
