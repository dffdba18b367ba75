using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>Where a store lies and what it is to hold.</summary>
/// <param name="Directory">A directory of its own on the shared-memory file system, which is removed with it.</param>
/// <param name="IsNew">Whether it is to be created; else it is joined.</param>
/// <param name="Records">
/// How many records are to come. It is for peers whose tables do not grow by themselves; all others ignore it.
/// </param>
/// <param name="Words">The length of all values.</param>
internal sealed record StorePlace(string Directory, bool IsNew, int Records, int Words);

/// <summary>
/// A key-value store under measurement, used by one thread: a thin layer over its fastest documented calls.
/// </summary>
/// <remarks>A key has at most one binding, and values have the length of the <see cref="StorePlace"/>.</remarks>
internal abstract class Store(int words) : IDisposable
{
    private int[] _many = [];

    /// <summary>The length of all values, in words.</summary>
    protected int Words { get; } = words;

    /// <summary>Copies the value of a key.</summary>
    /// <returns>Whether the key is bound to a value of the right length.</returns>
    public abstract bool Read(int key, Span<int> destination);

    /// <summary>Binds a key that is bound.</summary>
    public abstract void Replace(int key, ReadOnlySpan<int> value);

    /// <summary>Binds a key that is not bound.</summary>
    public virtual void Add(int key, ReadOnlySpan<int> value) => Replace(key, value);

    /// <summary>Unbinds a key.</summary>
    /// <returns>Whether it was bound.</returns>
    public abstract bool Remove(int key);

    /// <summary>
    /// Reads a value and writes it back modified (<see cref="Records.Modify"/>), with nobody else in between.
    /// </summary>
    public virtual void Modify(int key) => throw new NotSupportedException();

    /// <summary>Replaces the values of some keys, all or none.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="value">A template for the values, see <see cref="Records.Stamp"/>.</param>
    public virtual void Transact(ArraySegment<int> keys, int[] value) => throw new NotSupportedException();

    /// <summary>Goes over all bindings and looks at each one's first word.</summary>
    /// <returns>The number of bindings whose first word is their key.</returns>
    public abstract int Iterate();

    /// <summary>How many bytes the store takes, in files or in memory.</summary>
    public abstract long Bytes();

    /// <summary>Ends what the store keeps open between operations, which would be in the way of others.</summary>
    public virtual void Rest()
    {
    }

    /// <summary>The same store for another thread of this process.</summary>
    public virtual Store ForAnotherThread() => this;

    /// <summary>Binds many keys that are not bound, in the fastest way.</summary>
    public virtual void Fill(ReadOnlySpan<int> keys, int[] template)
    {
        foreach (int key in keys)
        {
            Records.Stamp(template, key);
            Add(key, template);
        }
    }

    /// <summary>Reads many keys in the fastest way.</summary>
    /// <returns>The values, one after the other, valid until the next call; fewer when a key is not bound.</returns>
    public virtual ReadOnlySpan<int> ReadMany(ReadOnlySpan<int> keys)
    {
        Span<int> values = ManyWords(keys.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            if (!Read(keys[i], values.Slice(i * Words, Words)))
                return values[..(i * Words)];
        }

        return values;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>A buffer for the values of so many keys.</summary>
    protected Span<int> ManyWords(int keys)
    {
        if (_many.Length < keys * Words)
            _many = new int[keys * Words];
        return _many.AsSpan(0, keys * Words);
    }
}
