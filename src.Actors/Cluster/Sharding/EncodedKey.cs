namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// A key on its way to a partition, and there: its hash and its words as the client's data manager has made them. Equal keys
/// have equal words, so a partition's owner needs to know nothing of the types.
/// </summary>
/// <param name="Hash">The key of the underlying table.</param>
/// <param name="Words">The key's representation.</param>
internal readonly record struct EncodedKey(int Hash, Sequence<int> Words)
{
    /// <summary>Represents a key.</summary>
    public static EncodedKey Of<TKey>(DataManager<TKey> keys, TKey key) => new(keys.Hash(key), new(WordsOf(keys, key)));

    /// <summary>The representation of a key or a value.</summary>
    public static int[] WordsOf<T>(DataManager<T> manager, T value)
    {
        int[] words = new int[manager.LengthInWords(value)];
        manager.Encode(value, words);
        return words;
    }
}

/// <summary>Finds the bindings of encoded keys in a partition's table, which is the typed table of the client's types.</summary>
internal sealed class EncodedKeyManager : DataManager<EncodedKey>
{
    private static readonly EncodedKeyManager s_instance = new();

    private EncodedKeyManager()
    {
    }

    /// <summary>A partition's table from encoded keys to words.</summary>
    public static ShmHashtable<EncodedKey, int[]> View(ShmTable table) =>
        new(s_instance, DataManagers.Int32Array, table);

    public override int LengthInWords(EncodedKey value) => value.Words.Count;

    public override void Encode(EncodedKey value, Span<int> destination) => value.Words.Span.CopyTo(destination);

    public override EncodedKey Decode(ReadOnlySpan<int> words) =>
        throw new NotSupportedException("The hash of a key can't be told from its words.");

    public override int Hash(EncodedKey value) => value.Hash;

    public override bool Matches(ReadOnlySpan<int> words, EncodedKey value) => words.SequenceEqual(value.Words.Span);
}
