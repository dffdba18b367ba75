using System.Collections.Immutable;
using System.Globalization;

namespace Netshm.Exploration;

/// <summary>What a table holds: for each key the numbers of its values, newest first.</summary>
internal sealed class TableState : IEquatable<TableState>
{
    private readonly ImmutableSortedDictionary<int, ImmutableStack<int>> _bindings;
    private readonly string _text;

    private TableState(ImmutableSortedDictionary<int, ImmutableStack<int>> bindings)
    {
        _bindings = bindings;
        _text = string.Join(' ', bindings.Select(pair =>
            string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={string.Join(',', pair.Value)}")));
    }

    public static TableState Empty { get; } = new(ImmutableSortedDictionary<int, ImmutableStack<int>>.Empty);

    public int Count => _bindings.Values.Sum(values => values.Count());

    /// <summary>The state of a table, all of it read under its lock.</summary>
    public static TableState Of(ShmTable table)
    {
        var oldestLast = new List<(int Key, int Value)>();
        table.Iterate((key, value) => oldestLast.Add((key, Values.NumberOf(value))));
        TableState state = Empty;
        foreach ((int key, int value) in Enumerable.Reverse(oldestLast))
            state = state.Add(key, value);
        return state;
    }

    /// <summary>The newest value of a key, or null.</summary>
    public int? Find(int key) => _bindings.TryGetValue(key, out ImmutableStack<int>? values) ? values.Peek() : null;

    /// <summary>All values of a key, newest first.</summary>
    public IEnumerable<int> FindAll(int key) => _bindings.TryGetValue(key, out ImmutableStack<int>? values) ? values : [];

    public TableState Add(int key, int value) =>
        new(_bindings.SetItem(key, _bindings.GetValueOrDefault(key, ImmutableStack<int>.Empty).Push(value)));

    public TableState Remove(int key)
    {
        if (!_bindings.TryGetValue(key, out ImmutableStack<int>? values))
            return this;
        return new(values.Pop().IsEmpty ? _bindings.Remove(key) : _bindings.SetItem(key, values.Pop()));
    }

    public TableState RemoveSecond(int key)
    {
        int[] values = [.. FindAll(key)];
        TableState state = this;
        if (values.Length >= 2)
            state = state.Remove(key).Remove(key).Add(key, values[0]);
        return state;
    }

    public bool Equals(TableState? other) => other?._text == _text;

    public override bool Equals(object? obj) => Equals(obj as TableState);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"[{_text}]";
}
