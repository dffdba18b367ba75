namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.Pair"/>.</summary>
internal sealed class PairManager<TLeft, TRight>(DataManager<TLeft> left, DataManager<TRight> right)
    : DataManager<(TLeft Left, TRight Right)>
{
    public override int LengthInWords((TLeft Left, TRight Right) value) =>
        checked(1 + left.LengthInWords(value.Left) + right.LengthInWords(value.Right));

    public override void Encode((TLeft Left, TRight Right) value, Span<int> destination)
    {
        int leftLength = left.LengthInWords(value.Left);
        destination[0] = leftLength;
        left.Encode(value.Left, destination.Slice(1, leftLength));
        right.Encode(value.Right, destination[(1 + leftLength)..]);
    }

    public override (TLeft Left, TRight Right) Decode(ReadOnlySpan<int> words) =>
        (left.Decode(PairFormat.Left(words)), right.Decode(PairFormat.Right(words)));

    public override void AddToHash((TLeft Left, TRight Right) value, ref OcamlHasher hasher)
    {
        hasher.BeginBlock(size: 2);
        left.AddToHash(value.Left, ref hasher);
        right.AddToHash(value.Right, ref hasher);
        hasher.EndBlock();
    }

    public override bool Matches(ReadOnlySpan<int> words, (TLeft Left, TRight Right) value) =>
        left.Matches(PairFormat.Left(words), value.Left) && right.Matches(PairFormat.Right(words), value.Right);
}

/// <summary>See <see cref="DataManagers.LeftPair"/>.</summary>
internal sealed class LeftPairManager<TLeft>(DataManager<TLeft> left) : DataManager<TLeft>
{
    public override int LengthInWords(TLeft value) => throw EncodingNotSupported();

    public override void Encode(TLeft value, Span<int> destination) => throw EncodingNotSupported();

    public override TLeft Decode(ReadOnlySpan<int> words) => left.Decode(PairFormat.Left(words));

    public override void AddToHash(TLeft value, ref OcamlHasher hasher) => left.AddToHash(value, ref hasher);

    public override bool Matches(ReadOnlySpan<int> words, TLeft value) => left.Matches(PairFormat.Left(words), value);

    private static NotSupportedException EncodingNotSupported() =>
        new("the left part of a pair can't be encoded without the right part");
}

/// <summary>The representation of pairs: a word with the length of the left part in words, then both parts.</summary>
internal static class PairFormat
{
    public static ReadOnlySpan<int> Left(ReadOnlySpan<int> words) => HasLeft(words)
        ? words.Slice(1, words[0])
        : throw new FormatException(FormattableString.Invariant(
            $"a pair has all of its left part; found {words.Length} words that end within"));

    public static ReadOnlySpan<int> Right(ReadOnlySpan<int> words) => words[(1 + Left(words).Length)..];

    /// <summary>Whether the words, perhaps the first ones of a pair, have all of the left part.</summary>
    /// <exception cref="FormatException">They begin with a negative length.</exception>
    public static bool HasLeft(ReadOnlySpan<int> words)
    {
        if (words is [< 0, ..])
        {
            throw new FormatException(FormattableString.Invariant(
                $"a pair's left part has a length of 0 or more; found {words[0]}"));
        }

        return !words.IsEmpty && words[0] < words.Length;
    }
}
