namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.Scrambled"/>.</summary>
internal sealed class ScramblingManager<T>(DataManager<T> inner, SipHash hash) : DataManager<T>
{
    public override int LengthInWords(T value) => inner.LengthInWords(value);

    public override void Encode(T value, Span<int> destination) => inner.Encode(value, destination);

    public override T Decode(ReadOnlySpan<int> words) => inner.Decode(words);

    public override bool Matches(ReadOnlySpan<int> words, T value) => inner.Matches(words, value);

    /// <remarks>
    /// Not the inner hash, scrambled: whoever knows values that share one could go on using them.
    /// </remarks>
    public override int Hash(T value)
    {
        using var words = new RentedWords(inner.LengthInWords(value));
        inner.Encode(value, words.Span);
        return (int)hash.Of(words.Span);
    }
}
