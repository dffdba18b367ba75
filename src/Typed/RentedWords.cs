using System.Buffers;

namespace Netshm.Typed;

/// <summary>A pooled array of words, given back when disposed.</summary>
internal readonly struct RentedWords(int length) : IDisposable
{
    private readonly int[] _array = ArrayPool<int>.Shared.Rent(length);

    public Span<int> Span => _array.AsSpan(0, length);

    public void Dispose() => ArrayPool<int>.Shared.Return(_array);
}
