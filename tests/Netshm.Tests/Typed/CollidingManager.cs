namespace Netshm.Tests.Typed;

/// <summary>Gives every value the same hash.</summary>
/// <param name="inner">Does the rest.</param>
/// <param name="onMatch">Is told of each comparison.</param>
internal sealed class CollidingManager<T>(DataManager<T> inner, Action? onMatch = null) : DataManager<T>
{
    public const int RawKey = 7;

    public override int LengthInWords(T value) => inner.LengthInWords(value);

    public override void Encode(T value, Span<int> destination) => inner.Encode(value, destination);

    public override T Decode(ReadOnlySpan<int> words) => inner.Decode(words);

    public override int Hash(T value) => RawKey;

    public override bool Matches(ReadOnlySpan<int> words, T value)
    {
        onMatch?.Invoke();
        return inner.Matches(words, value);
    }
}
