namespace Netshm.Typed;

/// <summary>
/// The bindings of a typed table: pairs of key and value at the key's hash, the <i>raw key</i>. Words that don't
/// decode become a <see cref="CorruptFileException"/> that names the table.
/// </summary>
internal sealed class BindingCodec<TKey, TValue>(
    DataManager<TKey> keys, DataManager<TValue> values, SharedMemoryName name)
{
    private readonly DataManager<(TKey, TValue)> _pairs = DataManagers.Pair(keys, values);

    public int RawKey(TKey key) => keys.Hash(key);

    public RentedWords Encode(TKey key, TValue value)
    {
        var words = new RentedWords(_pairs.LengthInWords((key, value)));
        try
        {
            _pairs.Encode((key, value), words.Span);
            return words;
        }
        catch
        {
            words.Dispose();
            throw;
        }
    }

    /// <summary>Whether a binding is one of the key; null when its first words don't tell yet.</summary>
    public bool? IsOf(TKey key, int rawKey, ReadOnlySpan<int> words, bool isComplete)
    {
        try
        {
            return isComplete || PairFormat.HasLeft(words) ? keys.Matches(PairFormat.Left(words), key) : null;
        }
        catch (FormatException e)
        {
            throw Corrupt(rawKey, e);
        }
    }

    /// <summary>Reads a binding's key; false when its first words don't reach its end yet.</summary>
    public bool TryDecodeKey(int rawKey, ReadOnlySpan<int> words, bool isComplete, out TKey key)
    {
        try
        {
            bool hasKey = isComplete || PairFormat.HasLeft(words);
            key = hasKey ? keys.Decode(PairFormat.Left(words)) : default!;
            return hasKey;
        }
        catch (FormatException e)
        {
            throw Corrupt(rawKey, e);
        }
    }

    public (TKey Key, TValue Value) Decode(int rawKey, ReadOnlySpan<int> words)
    {
        try
        {
            return _pairs.Decode(words);
        }
        catch (FormatException e)
        {
            throw Corrupt(rawKey, e);
        }
    }

    public TValue DecodeValue(int rawKey, ReadOnlySpan<int> words)
    {
        try
        {
            return values.Decode(PairFormat.Right(words));
        }
        catch (FormatException e)
        {
            throw Corrupt(rawKey, e);
        }
    }

    private CorruptFileException Corrupt(int rawKey, FormatException cause) =>
        new(name.ToString(), page: null, word: null, FormattableString.Invariant(
            $"a binding of key {rawKey} is not a {typeof(TKey)} with a {typeof(TValue)}: {cause.Message}"), cause);
}
