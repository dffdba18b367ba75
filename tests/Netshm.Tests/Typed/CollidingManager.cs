namespace Netshm.Tests.Typed;

/// <summary>Gives every value the same hash.</summary>
internal sealed class CollidingManager<T>(DataManager<T> inner) : DataManager<T>
{
    public const int RawKey = 7;

    public override int LengthInWords(T value) => inner.LengthInWords(value);

    public override void Encode(T value, Span<int> destination) => inner.Encode(value, destination);

    public override T Decode(ReadOnlySpan<int> words) => inner.Decode(words);

    public override int Hash(T value) => RawKey;

    public override bool Matches(ReadOnlySpan<int> words, T value) => inner.Matches(words, value);
}
