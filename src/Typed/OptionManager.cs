namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.Option"/>.</summary>
internal sealed class OptionManager<T>(DataManager<T> inner) : DataManager<Option<T>>
{
    private const int None = 0;
    private const int Some = 1;

    public override int LengthInWords(Option<T> value) =>
        value.HasValue ? checked(1 + inner.LengthInWords(value.Value)) : 1;

    public override void Encode(Option<T> value, Span<int> destination)
    {
        destination[0] = value.HasValue ? Some : None;
        if (value.HasValue)
            inner.Encode(value.Value, destination[1..]);
    }

    public override Option<T> Decode(ReadOnlySpan<int> words) =>
        IsSome(words) ? new Option<T>(inner.Decode(words[1..])) : default;

    public override void AddToHash(Option<T> value, ref OcamlHasher hasher)
    {
        if (!value.HasValue)
        {
            hasher.AddImmediate(None);
            return;
        }

        hasher.BeginBlock(size: 1);
        inner.AddToHash(value.Value, ref hasher);
        hasher.EndBlock();
    }

    public override bool Matches(ReadOnlySpan<int> words, Option<T> value) =>
        IsSome(words) ? value.HasValue && inner.Matches(words[1..], value.Value) : !value.HasValue;

    private static bool IsSome(ReadOnlySpan<int> words) => words switch
    {
        [None] => false,
        [Some, ..] => true,
        _ => throw new FormatException(FormattableString.Invariant(
            $"an option is one word 0, or 1 and a value; found {words.Length} words{First(words)}")),
    };

    private static string First(ReadOnlySpan<int> words) =>
        words.IsEmpty ? "" : FormattableString.Invariant($", the first is {words[0]}");
}
