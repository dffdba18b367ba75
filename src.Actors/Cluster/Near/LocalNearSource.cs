namespace Netshm.Actors.Cluster.Near;

/// <summary>A table that this process has open: the feed itself is looked at before each look-up.</summary>
internal sealed class LocalNearSource<TKey, TValue> : NearSource<TKey, TValue>
{
    private readonly TypedTableRef<TKey, TValue> _table;
    private readonly NearEntries<TKey, TValue> _entries;
    private readonly Lock _sync = new();
    private readonly TableChange[] _changes = new TableChange[256];
    private ChangeReader _reader;
    private long _applied;

    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    public LocalNearSource(TypedTableRef<TKey, TValue> table, NearEntries<TKey, TValue> entries)
    {
        _table = table;
        _entries = entries;
        _reader = Begin();
    }

    public override int HashOf(TKey key) => _table.HashOf(key);

    public override bool TryCatchUp()
    {
        // One load of shared memory, as long as nothing has changed.
        if (_table.Table.ReadDirectly(static table => table.LastChange) == Volatile.Read(ref _applied))
            return true;
        lock (_sync)
        {
            try
            {
                CatchUp();
            }
            catch (ObjectDisposedException)
            {
                _reader = Begin(); // The table's actor has opened the table anew.
            }
        }

        return true;
    }

    public override ValueTask<(Option<TValue> Value, long AsOf)> ReadAsync(
        TKey key, CancellationToken cancellationToken)
    {
        long asOf = _table.Table.ReadDirectly(static table => table.LastChange);
        Option<TValue> value = _table.TryFind(key, out TValue? found) ? found : default(Option<TValue>);
        return ValueTask.FromResult((value, asOf));
    }

    public override void Dispose()
    {
        // The reader has nothing to give back.
    }

    private ChangeReader Begin()
    {
        ChangeReader reader = _table.Table.ReadDirectly(static table => table.ReadChanges());
        _entries.Clear();
        Volatile.Write(ref _applied, reader.Next - 1);
        return reader;
    }

    private void CatchUp()
    {
        int count;
        while ((count = _reader.Read(_changes)) > 0)
        {
            foreach (TableChange change in _changes.AsSpan(0, count))
                _entries.Apply(change);
            Volatile.Write(ref _applied, _reader.Next - 1);
        }
    }
}
