using System.Collections;

namespace Netshm.TestKit;

/// <summary>What a table is to hold: for each key its bindings, the newest last.</summary>
public sealed class TableModel : IEnumerable<KeyValuePair<int, int[]>>
{
    private readonly Dictionary<int, List<int[]>> _bindings = [];

    /// <summary>The number of all bindings, hidden ones included.</summary>
    public int Count { get; private set; }

    /// <summary>The bound keys, each once.</summary>
    public IReadOnlyCollection<int> Keys => _bindings.Keys;

    /// <summary>A model that holds the same, to come back to.</summary>
    public TableModel Copy()
    {
        var copy = new TableModel { Count = Count };
        foreach ((int key, List<int[]> stack) in _bindings)
            copy._bindings.Add(key, [.. stack]);
        return copy;
    }

    /// <summary>Adds a binding that hides the earlier ones.</summary>
    public void Add(int key, int[] value)
    {
        if (!_bindings.TryGetValue(key, out List<int[]>? stack))
            _bindings.Add(key, stack = []);
        stack.Add(value);
        Count++;
    }

    /// <summary>The newest binding's value, or null when the key is unbound.</summary>
    public int[]? Find(int key) => _bindings.TryGetValue(key, out List<int[]>? stack) ? stack[^1] : null;

    /// <summary>All values of the key, the newest first.</summary>
    public IReadOnlyList<int[]> FindAll(int key) =>
        _bindings.TryGetValue(key, out List<int[]>? stack) ? [.. Enumerable.Reverse(stack)] : [];

    /// <summary>Whether the key is bound.</summary>
    public bool Contains(int key) => _bindings.ContainsKey(key);

    /// <summary>Removes the newest binding.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(int key) => RemoveAt(key, 0);

    /// <summary>Removes one binding of the key; 0 is the newest.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RemoveAt(int key, int age)
    {
        if (!_bindings.TryGetValue(key, out List<int[]>? stack) || age >= stack.Count)
            return false;
        stack.RemoveAt(stack.Count - 1 - age);
        if (stack.Count == 0)
            _bindings.Remove(key);
        Count--;
        return true;
    }

    /// <summary>Replaces the newest binding, or adds one when the key is unbound.</summary>
    public void Replace(int key, int[] value)
    {
        if (_bindings.TryGetValue(key, out List<int[]>? stack))
            stack[^1] = value;
        else
            Add(key, value);
    }

    /// <summary>All bindings, in the order of <see cref="TableDump"/>: by key, the newest of a key first.</summary>
    public IEnumerator<KeyValuePair<int, int[]>> GetEnumerator() =>
        _bindings.OrderBy(pair => pair.Key)
            .SelectMany(pair => FindAll(pair.Key).Select(value => KeyValuePair.Create(pair.Key, value)))
            .GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
