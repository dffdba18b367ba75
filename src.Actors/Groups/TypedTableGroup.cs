using System.Diagnostics.CodeAnalysis;
using Netshm.Actors.Typed;

namespace Netshm.Actors;

/// <summary>A typed table as the delegate of a group sees it; see <see cref="TableGroup"/>.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class TypedTableGroup<TKey, TValue>
{
    private readonly TableGroup _group;
    private readonly TypedBindings<TKey, TValue> _bindings;

    internal TypedTableGroup(TableGroup group, TypedBindings<TKey, TValue> bindings)
    {
        _group = group;
        _bindings = bindings;
    }

    /// <summary>The number of bindings, hidden ones included.</summary>
    public int Count => _group.Count;

    /// <summary>Adds a binding that hides the older ones.</summary>
    public void Add(TKey key, TValue value)
    {
        int[] words = _bindings.Encode(value);
        _group.Write(table => _bindings.WordsIn(table).Add(key, words));
    }

    /// <summary>Replaces the newest binding, or adds one.</summary>
    public void Replace(TKey key, TValue value)
    {
        int[] words = _bindings.Encode(value);
        _group.Write(table => _bindings.WordsIn(table).ReplaceOrNothing(_bindings.Keys, key, words));
    }

    /// <summary>Removes the newest binding.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(TKey key) => _group.Write(table => _bindings.WordsIn(table).Remove(key));

    /// <summary>The value of the newest binding.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public TValue Find(TKey key) =>
        _bindings.Decode(_group.Read(table => _bindings.WordsIn(table).Find(key)), key);

    /// <summary>The value of the newest binding, if there is one.</summary>
    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        int[]? words = _group.Read(table => _bindings.WordsIn(table).TryFind(key, out int[]? found) ? found : null);
        value = words is null ? default : _bindings.Decode(words, key);
        return words is not null;
    }

    /// <summary>The values of all bindings of the key, newest first.</summary>
    public IReadOnlyList<TValue> FindAll(TKey key) =>
        [.. _group.Read(table => _bindings.WordsIn(table).FindAll(key)).Select(words => _bindings.Decode(words, key))];

    /// <summary>Whether the key is bound.</summary>
    public bool Contains(TKey key) => _group.Read(table => _bindings.WordsIn(table).Contains(key));

    /// <summary>The values of the newest bindings of several keys, in the order of the keys.</summary>
    /// <remarks>The operations are done at one go, which costs little more than one of them.</remarks>
    public IReadOnlyList<Option<TValue>> FindMany(IReadOnlyList<TKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        int[]?[] values = _group.Read(table =>
        {
            ShmHashtable<TKey, int[]> words = _bindings.WordsIn(table);
            var found = new int[]?[keys.Count];
            for (int i = 0; i < found.Length; i++)
                found[i] = words.TryFind(keys[i], out int[]? value) ? value : null;
            return found;
        });
        return [.. values.Select((words, i) => words is null ? default : new Option<TValue>(_bindings.Decode(words, keys[i])))];
    }

    /// <summary>Replaces, or adds, the newest bindings of several keys, in their order.</summary>
    /// <remarks>The operations are done at one go, which costs little more than one of them.</remarks>
    /// <exception cref="IncompleteGroupException">One of them failed; those before it were done.</exception>
    public void ReplaceMany(IReadOnlyList<KeyValuePair<TKey, TValue>> bindings)
    {
        ArgumentNullException.ThrowIfNull(bindings);
        KeyValuePair<TKey, int[]>[] words =
            [.. bindings.Select(binding => KeyValuePair.Create(binding.Key, _bindings.Encode(binding.Value)))];
        _group.Write(table => ReplaceAll(table, words));
    }

    private void ReplaceAll(ShmTable table, KeyValuePair<TKey, int[]>[] bindings)
    {
        ShmHashtable<TKey, int[]> typed = _bindings.WordsIn(table);
        for (int done = 0; done < bindings.Length; done++)
        {
            try
            {
                typed.ReplaceOrNothing(_bindings.Keys, bindings[done].Key, bindings[done].Value);
            }
            catch (Exception e) when (done > 0 && e is not CorruptFileException)
            {
                throw new IncompleteGroupException(
                    $"{table.Name}: {done} of {bindings.Length} bindings were replaced; then: {e.Message}", done, e);
            }
        }
    }
}
