using System.Collections.Concurrent;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>
/// A <see cref="ConcurrentDictionary{TKey, TValue}"/> of arrays, as it grows by default; a new array for each write, since
/// readers may be using the old one.
/// </summary>
internal sealed class DictionaryStore(StorePlace place) : Store(place.Words)
{
    private readonly long _bytesWhenEmpty = GC.GetTotalMemory(forceFullCollection: true);
    private readonly ConcurrentDictionary<int, int[]> _dictionary = [];

    /// <inheritdoc/>
    public override bool Read(int key, Span<int> destination)
    {
        if (!_dictionary.TryGetValue(key, out int[]? value))
            return false;
        value.CopyTo(destination);
        return true;
    }

    /// <inheritdoc/>
    public override void Replace(int key, ReadOnlySpan<int> value) => _dictionary[key] = value.ToArray();

    /// <inheritdoc/>
    public override bool Remove(int key) => _dictionary.TryRemove(key, out _);

    /// <inheritdoc/>
    public override void Modify(int key)
    {
        int[] before, after;
        do
        {
            before = _dictionary[key];
            after = [.. before];
            Records.Modify(after);
        }
        while (!_dictionary.TryUpdate(key, after, before));
    }

    /// <inheritdoc/>
    public override int Iterate() => _dictionary.Count(binding => binding.Value[0] == binding.Key);

    /// <inheritdoc/>
    public override long Bytes() => GC.GetTotalMemory(forceFullCollection: true) - _bytesWhenEmpty;

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}
