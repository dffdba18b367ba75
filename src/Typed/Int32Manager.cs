namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.Int32"/>.</summary>
internal sealed class Int32Manager : DataManager<int>
{
    public override int LengthInWords(int value) => 1;

    public override void Encode(int value, Span<int> destination) => destination[0] = value;

    public override int Decode(ReadOnlySpan<int> words) => words is [var value]
        ? value
        : throw new FormatException(FormattableString.Invariant($"an int32 takes 1 word; found {words.Length}"));

    public override int Hash(int value) => value;

    public override void AddToHash(int value, ref OcamlHasher hasher) => hasher.AddInt32(value);
}
