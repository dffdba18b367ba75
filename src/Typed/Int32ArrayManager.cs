namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.Int32Array"/>.</summary>
internal sealed class Int32ArrayManager : DataManager<int[]>
{
    public override int LengthInWords(int[] value) => value.Length;

    public override void Encode(int[] value, Span<int> destination) => value.CopyTo(destination);

    public override int[] Decode(ReadOnlySpan<int> words) => words.ToArray();

    public override void AddToHash(int[] value, ref OcamlHasher hasher) => hasher.AddInt32Array(value);

    public override bool Matches(ReadOnlySpan<int> words, int[] value) => words.SequenceEqual(value);
}
