namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.Int64"/>.</summary>
internal sealed class Int64Manager : DataManager<long>
{
    public override int LengthInWords(long value) => Int64Format.LengthInWords;

    public override void Encode(long value, Span<int> destination) => Int64Format.Encode(value, destination);

    public override long Decode(ReadOnlySpan<int> words) => Int64Format.Decode(words);

    public override int Hash(long value) => (int)value;

    public override void AddToHash(long value, ref OcamlHasher hasher) => hasher.AddInt64(value);
}

/// <summary>See <see cref="DataManagers.NativeInt"/>.</summary>
internal sealed class NativeIntManager : DataManager<nint>
{
    public override int LengthInWords(nint value) => Int64Format.LengthInWords;

    public override void Encode(nint value, Span<int> destination) => Int64Format.Encode(value, destination);

    public override nint Decode(ReadOnlySpan<int> words) => (nint)Int64Format.Decode(words);

    public override int Hash(nint value) => (int)value;

    public override void AddToHash(nint value, ref OcamlHasher hasher) => hasher.AddNativeInt(value);
}

/// <summary>See <see cref="DataManagers.OcamlInt"/>.</summary>
internal sealed class OcamlIntManager : DataManager<long>
{
    private const long MinValue = -(1L << 62);
    private const long MaxValue = (1L << 62) - 1;

    public override int LengthInWords(long value) => Int64Format.LengthInWords;

    public override void Encode(long value, Span<int> destination) =>
        Int64Format.Encode(InRange(value), destination);

    public override long Decode(ReadOnlySpan<int> words) => Int64Format.Decode(words) is var value
        && value is >= MinValue and <= MaxValue
            ? value
            : throw new FormatException(FormattableString.Invariant($"{value} does not fit OCaml's int of 63 bits"));

    public override int Hash(long value) => (int)InRange(value);

    public override void AddToHash(long value, ref OcamlHasher hasher) => hasher.AddImmediate(InRange(value));

    private static long InRange(long value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, MinValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        return value;
    }
}

/// <summary>The representation of 64-bit integers: two words, the high one first.</summary>
internal static class Int64Format
{
    public const int LengthInWords = 2;

    public static void Encode(long value, Span<int> destination)
    {
        destination[0] = (int)(value >> 32);
        destination[1] = (int)value;
    }

    public static long Decode(ReadOnlySpan<int> words) => words is [var high, var low]
        ? ((long)high << 32) | (uint)low
        : throw new FormatException(FormattableString.Invariant($"an int64 takes 2 words; found {words.Length}"));
}
