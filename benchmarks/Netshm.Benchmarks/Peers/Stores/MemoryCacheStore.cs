using Microsoft.Extensions.Caching.Memory;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>A <see cref="MemoryCache"/> without limits and expiry; its keys are boxed.</summary>
internal sealed class MemoryCacheStore(StorePlace place) : Store(place.Words)
{
    private readonly long _bytesWhenEmpty = GC.GetTotalMemory(forceFullCollection: true);
    private readonly MemoryCache _cache = new(new MemoryCacheOptions());

    /// <inheritdoc/>
    public override bool Read(int key, Span<int> destination)
    {
        if (!_cache.TryGetValue(key, out int[]? value))
            return false;
        value!.CopyTo(destination);
        return true;
    }

    /// <inheritdoc/>
    public override void Replace(int key, ReadOnlySpan<int> value) => _cache.Set(key, value.ToArray());

    /// <inheritdoc/>
    public override bool Remove(int key)
    {
        bool isBound = _cache.TryGetValue(key, out _);
        _cache.Remove(key);
        return isBound;
    }

    /// <inheritdoc/>
    public override int Iterate() =>
        _cache.Keys.Count(key => _cache.TryGetValue(key, out int[]? value) && value![0] == (int)key);

    /// <inheritdoc/>
    public override long Bytes() => GC.GetTotalMemory(forceFullCollection: true) - _bytesWhenEmpty;

    /// <inheritdoc/>
    public override void Dispose() => _cache.Dispose();
}
