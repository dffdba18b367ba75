using Netshm.Actors.Cluster.Sharding;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Collects the operations and conditions of a group, in their order; see
/// <see cref="ShardedTable{TKey, TValue}.GroupAsync(Action{ShardedGroup{TKey, TValue}}, TimeSpan?, CancellationToken)"/>. Each method gives the group itself.
/// </summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class ShardedGroup<TKey, TValue>
{
    private readonly ShardedTable<TKey, TValue> _table;
    private readonly List<EncodedOperation> _operations = [];

    internal ShardedGroup(ShardedTable<TKey, TValue> table) => _table = table;

    /// <summary>The partition of the keys; null as long as there is none.</summary>
    internal int? Partition { get; private set; }

    internal Sequence<EncodedOperation> Operations => [.. _operations];

    /// <summary>Does nothing but let the result tell the key's value at this point.</summary>
    /// <exception cref="ArgumentException">The key is in another partition than those before it.</exception>
    public ShardedGroup<TKey, TValue> Find(TKey key) => With(OperationKind.Find, key, []);

    /// <summary>Adds a binding that hides the older ones.</summary>
    /// <inheritdoc cref="Find"/>
    public ShardedGroup<TKey, TValue> Add(TKey key, TValue value) => With(OperationKind.Add, key, _table.Encode(value));

    /// <summary>Replaces the newest binding, or adds one.</summary>
    /// <inheritdoc cref="Find"/>
    public ShardedGroup<TKey, TValue> Replace(TKey key, TValue value) =>
        With(OperationKind.Replace, key, _table.Encode(value));

    /// <summary>Removes the newest binding, if there is one.</summary>
    /// <inheritdoc cref="Find"/>
    public ShardedGroup<TKey, TValue> Remove(TKey key) => With(OperationKind.Remove, key, []);

    /// <summary>The condition that the key is not bound.</summary>
    /// <inheritdoc cref="Find"/>
    public ShardedGroup<TKey, TValue> IfAbsent(TKey key) => With(OperationKind.IfAbsent, key, []);

    /// <summary>The condition that the key is bound.</summary>
    /// <inheritdoc cref="Find"/>
    public ShardedGroup<TKey, TValue> IfPresent(TKey key) => With(OperationKind.IfPresent, key, []);

    /// <summary>The condition that the key's newest binding has a value of the same representation.</summary>
    /// <inheritdoc cref="Find"/>
    public ShardedGroup<TKey, TValue> IfEquals(TKey key, TValue value) =>
        IfEquals(key, _table.Encode(value));

    internal ShardedGroup<TKey, TValue> IfEquals(TKey key, Sequence<int> words) =>
        With(OperationKind.IfEquals, key, words);

    private ShardedGroup<TKey, TValue> With(OperationKind kind, TKey key, Sequence<int> value)
    {
        int partition = _table.PartitionOf(key);
        Partition ??= partition;
        if (Partition != partition)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"the key {key} is in partition {partition}, those before it in {Partition}: a group has one partition"),
                nameof(key));
        }

        _operations.Add(new EncodedOperation(kind, _table.Encode(key), value));
        return this;
    }
}

/// <summary>What came of a group of a sharded table.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <param name="UnmetCondition">
/// The index of the condition that is not met, so that nothing was done; null when everything was done.
/// </param>
/// <param name="Values">
/// For each operation or condition the value of its key's newest binding after it; when a condition is not met, that of its key
/// alone.
/// </param>
public sealed record ShardedGroupResult<TValue>(int? UnmetCondition, IReadOnlyList<Option<TValue>> Values)
{
    /// <summary>Whether everything was done; otherwise nothing was.</summary>
    public bool IsDone => UnmetCondition is null;
}
