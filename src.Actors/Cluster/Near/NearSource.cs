namespace Netshm.Actors.Cluster.Near;

/// <summary>What a near cache is a cache of, and how it hears of changes.</summary>
internal abstract class NearSource<TKey, TValue> : IDisposable
{
    /// <summary>The key of the underlying table that a key leads to.</summary>
    public abstract int HashOf(TKey key);

    /// <summary>Applies what has changed; whether entries can be relied upon then.</summary>
    public abstract bool TryCatchUp();

    /// <summary>Reads a value, and the number of a change which, with all before it, the value has.</summary>
    public abstract ValueTask<(Option<TValue> Value, long AsOf)> ReadAsync(TKey key, CancellationToken cancellationToken);

    /// <summary>Hears of no more changes.</summary>
    public abstract void Dispose();
}
