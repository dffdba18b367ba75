namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.Convert"/>.</summary>
internal sealed class ConvertingManager<T, TInner>(
    DataManager<TInner> inner, Func<T, TInner> toInner, Func<TInner, T> fromInner) : DataManager<T>
{
    public override int LengthInWords(T value) => inner.LengthInWords(toInner(value));

    public override void Encode(T value, Span<int> destination) => inner.Encode(toInner(value), destination);

    public override T Decode(ReadOnlySpan<int> words) => fromInner(inner.Decode(words));

    public override int Hash(T value) => inner.Hash(toInner(value));

    public override void AddToHash(T value, ref OcamlHasher hasher) => inner.AddToHash(toInner(value), ref hasher);

    public override bool Matches(ReadOnlySpan<int> words, T value) => inner.Matches(words, toInner(value));
}
