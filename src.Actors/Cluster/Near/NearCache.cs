using System.Diagnostics.CodeAnalysis;
using Netshm.Actors.Cluster.Near;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Keeps values of a typed table, as objects, in this process's own memory, and drops them as the table's change feed tells;
/// docs/Cluster.md, "Near caches", says how old a value may be.
/// </summary>
/// <remarks>
/// <para>
/// It may be used by any number of threads. Values are shared by all who look them up: they must not be modified. That a key
/// is not bound is kept too. Keys are compared by their type's default comparer.
/// </para>
/// <para>
/// The table needs a change feed (<c>change-feed-capacity</c>). <see cref="ClusterTables.NearCache"/> makes one of a table on
/// another host.
/// </para>
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class NearCache<TKey, TValue> : IDisposable
{
    private readonly NearEntries<TKey, TValue> _entries;
    private readonly NearSource<TKey, TValue> _source;
    private long _hits;
    private long _misses;

    /// <summary>Makes a cache of a table that this process has open. It never gives an overwritten value.</summary>
    /// <param name="table">The table.</param>
    /// <param name="maxEntries">How many keys to keep, 2 at least.</param>
    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    public NearCache(TypedTableRef<TKey, TValue> table, int maxEntries)
        : this(maxEntries, entries => new LocalNearSource<TKey, TValue>(table, entries)) =>
        ArgumentNullException.ThrowIfNull(table);

    internal NearCache(int maxEntries, Func<NearEntries<TKey, TValue>, NearSource<TKey, TValue>> sourceFor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEntries, 2);
        _entries = new NearEntries<TKey, TValue>(maxEntries);
        _source = sourceFor(_entries);
    }

    /// <summary>How many keys it has at the moment.</summary>
    public int Count => _entries.Count;

    /// <summary>How many look-ups were answered from it.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>How many look-ups went to the table.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>
    /// Whether it hears of changes. While it does not, it is empty and every look-up goes to the table.
    /// </summary>
    public bool IsConnected => _source.TryCatchUp();

    /// <summary>Looks a key up without going to the table.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or none when the key is known not to be bound.</param>
    /// <returns>Whether anything is known of the key.</returns>
    public bool TryGetCached(TKey key, out Option<TValue> value)
    {
        value = default;
        if (!_source.TryCatchUp() || !_entries.TryGet(_source.HashOf(key), key, out value))
            return false;
        _ = Interlocked.Increment(ref _hits);
        return true;
    }

    /// <summary>The value of a key's newest binding, if there is one.</summary>
    /// <remarks>It fails as <see cref="TypedTableRef{TKey, TValue}.TryFind"/> or <see cref="RemoteTableRef"/> do.</remarks>
    public ValueTask<Option<TValue>> TryFindAsync(TKey key, CancellationToken cancellationToken = default) =>
        TryGetCached(key, out Option<TValue> value) ? ValueTask.FromResult(value) : LoadAsync(key, cancellationToken);

    /// <summary>The value of a key's newest binding; see <see cref="TryFindAsync"/>.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public async ValueTask<TValue> FindAsync(TKey key, CancellationToken cancellationToken = default)
    {
        Option<TValue> value = await TryFindAsync(key, cancellationToken).ConfigureAwait(false);
        return value.HasValue ? value.Value : throw new KeyNotFoundException($"the key {key} is not bound");
    }

    /// <summary>
    /// Drops a key, so that the next look-up goes to the table: after a write of one's own to a table on another host.
    /// </summary>
    public void Forget(TKey key) => _entries.Drop(_source.HashOf(key), long.MaxValue);

    /// <summary>Hears of no more changes. Don't use it any more.</summary>
    public void Dispose() => _source.Dispose();

    [SuppressMessage("Design", "CA1031", Justification = "It is thrown on.")]
    private async ValueTask<Option<TValue>> LoadAsync(TKey key, CancellationToken cancellationToken)
    {
        _ = Interlocked.Increment(ref _misses);
        NearEntries<TKey, TValue>.Fill fill = _entries.Begin(_source.HashOf(key));
        try
        {
            bool isReliable = _source.TryCatchUp();
            (Option<TValue> value, long asOf) =
                await _source.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (isReliable)
                _entries.Complete(fill, key, value, asOf);
            else
                _entries.Abandon(fill);
            return value;
        }
        catch
        {
            _entries.Abandon(fill);
            throw;
        }
    }
}
