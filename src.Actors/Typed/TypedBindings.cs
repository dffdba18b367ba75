namespace Netshm.Actors.Typed;

/// <summary>
/// How typed bindings lie in a table. Values become words, and words values, on the thread of whoever uses them: for the
/// table's thread, which holds the lock, they are plain words.
/// </summary>
internal sealed class TypedBindings<TKey, TValue>
{
    private readonly DataManager<TValue> _values;
    private readonly string _table;

    public TypedBindings(DataManager<TKey> keys, DataManager<TValue> values, string table)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        Keys = keys;
        _values = values;
        _table = table;
    }

    public DataManager<TKey> Keys { get; }

    /// <summary>The table with its keys as they are, and its values as words.</summary>
    public ShmHashtable<TKey, int[]> WordsIn(ShmTable table) => new(Keys, DataManagers.Int32Array, table);

    /// <summary>The table with values that are read on the caller's thread.</summary>
    public ShmHashtable<TKey, TValue> ValuesIn(ShmTable table) => new(Keys, _values, table);

    public int[] Encode(TValue value)
    {
        int[] words = new int[_values.LengthInWords(value)];
        _values.Encode(value, words);
        return words;
    }

    /// <exception cref="CorruptFileException">The data manager can't read the words.</exception>
    public TValue Decode(int[] words, TKey key)
    {
        try
        {
            return _values.Decode(words);
        }
        catch (FormatException e)
        {
            throw new CorruptFileException(
                _table, page: null, word: null, $"the value of key {key} is not a {typeof(TValue)}: {e.Message}");
        }
    }
}
