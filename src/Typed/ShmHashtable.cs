using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Netshm;

/// <summary>
/// A hash table in shared memory from values of one type to values of another (the original's
/// <c>Netshm_hashtbl</c>).
/// </summary>
/// <remarks>
/// <para>
/// It is a <see cref="ShmTable"/> whose bindings of a key's hash are pairs of key and value; keys are compared after
/// the hash has led to them, so keys may share a hash. Every process must use the same managers on a table: the file
/// doesn't tell the types.
/// </para>
/// <para>
/// A handle is safe for use by several threads. Operations lock as those of <see cref="ShmTable"/> do; put several
/// into one <see cref="ShmTable.Group{T}(Func{T}, GroupIntent)"/> of <see cref="Table"/> to make them one.
/// </para>
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
[SuppressMessage("Design", "CA1000", Justification = "Opening reads as that of ShmTable does.")]
public sealed partial class ShmHashtable<TKey, TValue> : IDisposable
{
    private const int MinBufferLength = 128;
    private const int MaxBufferLength = 1 << 16;

    private readonly BindingCodec<TKey, TValue> _codec;
    private readonly bool _ownsTable;
    private int _bufferLength = MinBufferLength;

    /// <summary>Uses a table that someone else opened and disposes of.</summary>
    public ShmHashtable(DataManager<TKey> keys, DataManager<TValue> values, ShmTable table)
        : this(keys, values, table, ownsTable: false)
    {
    }

    private ShmHashtable(DataManager<TKey> keys, DataManager<TValue> values, ShmTable table, bool ownsTable)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(table);
        Table = table;
        _codec = new BindingCodec<TKey, TValue>(keys, values, table.Name);
        _ownsTable = ownsTable;
    }

    /// <summary>The underlying table, from hashes to pairs (the original's <c>shm_table</c>).</summary>
    public ShmTable Table { get; }

    /// <summary>The number of bindings, hidden ones included (the original's <c>length</c>).</summary>
    public int Count => Table.Count;

    /// <summary>Manages an open shared-memory object as a hash table; see <see cref="ShmTable.Manage"/>.</summary>
    public static ShmHashtable<TKey, TValue> Manage(
        DataManager<TKey> keys, DataManager<TValue> values, SharedMemoryObject memory, ShmTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        return new(keys, values, ShmTable.Manage(memory, options), ownsTable: true);
    }

    /// <summary>Opens or creates the object and manages it as a hash table, which then owns the object.</summary>
    public static ShmHashtable<TKey, TValue> Open(
        DataManager<TKey> keys, DataManager<TValue> values, SharedMemoryName name, ShmTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        return new(keys, values, ShmTable.Open(name, options), ownsTable: true);
    }

    /// <summary>Adds a binding; it hides those which the key has until it is removed.</summary>
    public void Add(TKey key, TValue value)
    {
        using RentedWords words = _codec.Encode(key, value);
        Table.Add(_codec.RawKey(key), words.Span);
    }

    /// <summary>The value of the key's newest binding.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public TValue Find(TKey key) => TryFind(key, out TValue? value)
        ? value
        : throw new KeyNotFoundException($"{Table.Name}: the key {key} is not bound");

    /// <summary>The value of the key's newest binding, if there is one.</summary>
    /// <remarks>Allocates no more than the value, unless another key with the same hash was added later.</remarks>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        int rawKey = _codec.RawKey(key);
        using var buffer = new RentedWords(_bufferLength);
        switch (LookUpNewest(key, rawKey, buffer.Span, out ReadOnlySpan<int> newest))
        {
            case Newest.Unbound:
                value = default;
                return false;
            case Newest.Match:
                value = _codec.DecodeValue(rawKey, newest);
                return true;
            default:
                return TryFindAmongAll(key, rawKey, out value);
        }
    }

    /// <summary>The values of all bindings of the key, the newest first.</summary>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public IReadOnlyList<TValue> FindAll(TKey key)
    {
        int rawKey = _codec.RawKey(key);
        var values = new List<TValue>();
        ReadMatches(key, rawKey, match =>
        {
            values.Add(_codec.DecodeValue(rawKey, match));
            return BlockControl.Continue;
        });
        return values;
    }

    /// <summary>Whether the key is bound (the original's <c>mem</c>).</summary>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public bool Contains(TKey key)
    {
        int rawKey = _codec.RawKey(key);
        using var buffer = new RentedWords(_bufferLength);
        Newest newest = LookUpNewest(key, rawKey, buffer.Span, out _);
        return newest == Newest.Match || (newest == Newest.Unknown && TryFindAmongAll(key, rawKey, out _));
    }

    /// <summary>Removes the key's newest binding, which brings back the one it hid.</summary>
    /// <returns>Whether there was a binding.</returns>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public bool Remove(TKey key) => RemoveMatch(key, _codec.RawKey(key), skip: 0);

    /// <summary>Replaces the key's newest binding, or adds one if there is none.</summary>
    /// <remarks>
    /// Other processes see the old value or the new one. A process that is killed leaves the old value or the new
    /// one too; in the second case the old one may be left hidden below it if another key with the same hash was
    /// added in between.
    /// </remarks>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public void Replace(TKey key, TValue value)
    {
        int rawKey = _codec.RawKey(key);
        using RentedWords words = _codec.Encode(key, value);
        _ = Table.Group(
            (Self: this, key, rawKey, words),
            static state => state.Self.Replace(state.key, state.rawKey, state.words.Span));
    }

    /// <summary>
    /// Replaces the key's value by what a function makes of it, as one operation that other processes can't come
    /// in between, and returns the new value.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="initial">What the function gets when the key is not bound.</param>
    /// <param name="change">Makes the new value; it runs under the table's write lock.</param>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public TValue Update(TKey key, TValue initial, Func<TValue, TValue> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Table.Group((Self: this, key, initial, change), static state =>
        {
            TValue old = state.Self.TryFind(state.key, out TValue? value) ? value : state.initial;
            TValue changed = state.change(old);
            state.Self.Replace(state.key, changed);
            return changed;
        });
    }

    /// <summary>
    /// Calls the action with all bindings, hidden ones included; those of one key come newest first. The action may
    /// not modify the table.
    /// </summary>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public void Iterate(Action<TKey, TValue> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Table.Iterate((rawKey, words) =>
        {
            (TKey key, TValue value) = _codec.Decode(rawKey, words);
            action(key, value);
        });
    }

    /// <summary>Calls the action with each key once. The action may not modify the table.</summary>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public void IterateKeys(Action<TKey> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Table.IterateKeys(rawKey =>
        {
            foreach (TKey key in KeysAt(rawKey))
                action(key);
        });
    }

    /// <summary>
    /// Folds all bindings, hidden ones included, into an accumulator; those of one key come newest first. The folder
    /// may not modify the table.
    /// </summary>
    /// <exception cref="CorruptFileException">A binding is not one of these types.</exception>
    public TAcc Fold<TAcc>(TAcc seed, Func<TKey, TValue, TAcc, TAcc> folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Table.Fold(seed, (rawKey, words, accumulator) =>
        {
            (TKey key, TValue value) = _codec.Decode(rawKey, words);
            return folder(key, value, accumulator);
        });
    }

    /// <summary>Disposes of the table, unless it was passed to the constructor.</summary>
    public void Dispose()
    {
        if (_ownsTable)
            Table.Dispose();
    }

    /// <summary>What the newest binding of a raw key is to the user's key.</summary>
    private enum Newest
    {
        Unbound,
        Match,
        Unknown,
    }

    /// <summary>
    /// Looks whether the newest binding of the raw key is one of the user's key. It remains unknown when it is one of
    /// another key, or longer than the buffer.
    /// </summary>
    private Newest LookUpNewest(TKey key, int rawKey, Span<int> buffer, out ReadOnlySpan<int> newest)
    {
        newest = default;
        try
        {
            if (!Table.TryFind(rawKey, buffer, out int length))
                return Newest.Unbound;
            newest = buffer[..length];
        }
        catch (ValueTooLongException e)
        {
            _bufferLength = (int)Math.Min(e.LengthInWords, MaxBufferLength);
            return Newest.Unknown;
        }

        return _codec.IsOf(key, rawKey, newest, isComplete: true) == true ? Newest.Match : Newest.Unknown;
    }

    /// <summary>The general way of looking up: through all bindings of the raw key, however long.</summary>
    private bool TryFindAmongAll(TKey key, int rawKey, [MaybeNullWhen(false)] out TValue value)
    {
        bool isFound = false;
        TValue? found = default;
        ReadMatches(key, rawKey, match =>
        {
            found = _codec.DecodeValue(rawKey, match);
            isFound = true;
            return BlockControl.Break;
        });
        value = found;
        return isFound;
    }

    /// <summary>Hands the words of each of the user key's bindings over, the newest first.</summary>
    private void ReadMatches(TKey key, int rawKey, Func<ReadOnlySpan<int>, BlockControl> onMatch)
    {
        var matcher = new BindingMatcher<TKey, TValue>(_codec, key, rawKey);
        Table.ReadBlocks(rawKey, (fragment, isEnd) =>
        {
            bool? isMatch = matcher.Append(fragment, isEnd);
            if (isMatch != false && !isEnd)
                return BlockControl.Continue;
            BlockControl control = isMatch == true ? onMatch(matcher.Words) : BlockControl.NextBinding;
            matcher.NextBinding();
            return control;
        });
    }

    /// <summary>Replaces or adds, within a group; says whether the key was bound.</summary>
    private bool Replace(TKey key, int rawKey, ReadOnlySpan<int> words)
    {
        using var buffer = new RentedWords(_bufferLength);
        Newest newest = LookUpNewest(key, rawKey, buffer.Span, out _);
        if (newest == Newest.Unknown && IsNewestOfOther(key, rawKey))
        {
            Table.Add(rawKey, words);
            return RemoveMatch(key, rawKey, skip: 1);
        }

        Table.Replace(rawKey, words);
        return newest != Newest.Unbound;
    }

    private bool IsNewestOfOther(TKey key, int rawKey)
    {
        var matcher = new BindingMatcher<TKey, TValue>(_codec, key, rawKey);
        bool? isMatch = null;
        Table.ReadBlocks(rawKey, (fragment, isEnd) =>
        {
            isMatch = matcher.Append(fragment, isEnd);
            return isMatch is null ? BlockControl.Continue : BlockControl.Break;
        });
        return isMatch == false;
    }

    /// <summary>Removes the newest of the user key's bindings but the given number of them.</summary>
    private bool RemoveMatch(TKey key, int rawKey, int skip)
    {
        bool isRemoved = false;
        var matcher = new BindingMatcher<TKey, TValue>(_codec, key, rawKey);
        Table.WriteBlocks(rawKey, WriteOperations.RemoveBinding, (fragment, isEnd) =>
        {
            bool? isMatch = matcher.Append(fragment, isEnd);
            if (isMatch is null)
                return BlockDecision.Continue;
            matcher.NextBinding();
            if (isMatch == false || skip-- > 0)
                return BlockDecision.NextBinding;
            isRemoved = true;
            return BlockDecision.Remove(BlockControl.Break);
        });
        return isRemoved;
    }

    /// <summary>The different keys among the bindings of a raw key, in the order of their newest ones.</summary>
    private List<TKey> KeysAt(int rawKey)
    {
        var keys = new List<TKey>();
        var words = new ArrayBufferWriter<int>();
        Table.ReadBlocks(rawKey, (fragment, isEnd) =>
        {
            words.Write(fragment);
            if (!_codec.TryDecodeKey(rawKey, words.WrittenSpan, isEnd, out TKey key))
                return BlockControl.Continue;
            bool isNew = true;
            foreach (TKey other in keys)
                isNew &= _codec.IsOf(other, rawKey, words.WrittenSpan, isComplete: true) != true;
            if (isNew)
                keys.Add(key);
            words.ResetWrittenCount();
            return BlockControl.NextBinding;
        });
        return keys;
    }
}
