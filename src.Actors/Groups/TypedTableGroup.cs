using System.Diagnostics.CodeAnalysis;

namespace Netshm.Actors;

/// <summary>A typed table as the delegate of a group sees it; see <see cref="TableGroup"/>.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class TypedTableGroup<TKey, TValue>
{
    private readonly TableGroup _group;
    private readonly DataManager<TKey> _keys;
    private readonly DataManager<TValue> _values;

    internal TypedTableGroup(TableGroup group, DataManager<TKey> keys, DataManager<TValue> values)
    {
        _group = group;
        _keys = keys;
        _values = values;
    }

    /// <summary>The number of bindings, hidden ones included.</summary>
    public int Count => _group.Count;

    /// <summary>Adds a binding that hides the older ones.</summary>
    public void Add(TKey key, TValue value) => _group.Write(table => Typed(table).Add(key, value));

    /// <summary>Replaces the newest binding, or adds one.</summary>
    public void Replace(TKey key, TValue value) =>
        _group.Write(table => Typed(table).ReplaceOrNothing(_keys, key, value));

    /// <summary>Removes the newest binding.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(TKey key) => _group.Write(table => Typed(table).Remove(key));

    /// <summary>The value of the newest binding.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public TValue Find(TKey key) => _group.Read(table => Typed(table).Find(key));

    /// <summary>The value of the newest binding, if there is one.</summary>
    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        (bool isFound, value) = _group.Read(table => (Typed(table).TryFind(key, out TValue? found), found));
        return isFound;
    }

    /// <summary>The values of all bindings of the key, newest first.</summary>
    public IReadOnlyList<TValue> FindAll(TKey key) => _group.Read(table => Typed(table).FindAll(key));

    /// <summary>Whether the key is bound.</summary>
    public bool Contains(TKey key) => _group.Read(table => Typed(table).Contains(key));

    /// <summary>The values of the newest bindings of several keys, in the order of the keys.</summary>
    /// <remarks>The operations are done at one go, which costs little more than one of them.</remarks>
    public IReadOnlyList<Option<TValue>> FindMany(IReadOnlyList<TKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _group.Read(table =>
        {
            ShmHashtable<TKey, TValue> typed = Typed(table);
            var values = new Option<TValue>[keys.Count];
            for (int i = 0; i < values.Length; i++)
                values[i] = typed.TryFind(keys[i], out TValue? value) ? new(value) : default;
            return values;
        });
    }

    /// <summary>Replaces, or adds, the newest bindings of several keys, in their order.</summary>
    /// <remarks>The operations are done at one go, which costs little more than one of them.</remarks>
    /// <exception cref="IncompleteGroupException">One of them failed; those before it were done.</exception>
    public void ReplaceMany(IReadOnlyList<KeyValuePair<TKey, TValue>> bindings)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        _group.Write(table => ReplaceAll(table, bindings));
    }

    private void ReplaceAll(ShmTable table, IReadOnlyList<KeyValuePair<TKey, TValue>> bindings)
    {
        ShmHashtable<TKey, TValue> typed = Typed(table);
        for (int done = 0; done < bindings.Count; done++)
        {
            try
            {
                typed.ReplaceOrNothing(_keys, bindings[done].Key, bindings[done].Value);
            }
            catch (Exception e) when (done > 0 && e is not CorruptFileException)
            {
                throw new IncompleteGroupException(
                    $"{table.Name}: {done} of {bindings.Count} bindings were replaced; then: {e.Message}", done, e);
            }
        }
    }

    private ShmHashtable<TKey, TValue> Typed(ShmTable table) => new(_keys, _values, table);
}
