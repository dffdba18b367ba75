using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Netshm.Actors.Groups;
using Netshm.Actors.Protocol;
using Netshm.Actors.Typed;

namespace Netshm.Actors;

/// <summary>
/// A table of an actor system with typed keys and values: a <see cref="ShmHashtable{TKey, TValue}"/> behind a
/// <see cref="TableRef"/>. Values are represented, and read back, on the callers' threads.
/// </summary>
/// <remarks>
/// Order, failures, timeouts and cancellation are those of <see cref="TableRef"/>. A binding that the data managers
/// can't read is a <see cref="CorruptFileException"/> for its reader only. Every process must use the same managers.
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed partial class TypedTableRef<TKey, TValue>
{
    private static readonly object s_done = new();
    private static readonly object s_true = true;
    private static readonly object s_false = false;

    private readonly TypedBindings<TKey, TValue> _bindings;

    internal TypedTableRef(TableRef table, DataManager<TKey> keys, DataManager<TValue> values)
    {
        Table = table;
        _bindings = new TypedBindings<TKey, TValue>(keys, values, table.Settings.Location.ToString());
    }

    /// <summary>The underlying table, from hashes to pairs of key and value.</summary>
    public TableRef Table { get; }

    /// <summary>The number of bindings, hidden ones included; read directly.</summary>
    public int Count => Table.Count;

    /// <summary>Reads the value of a key's newest binding directly, on the caller's thread.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    /// <exception cref="LockTimeoutException">The lock was not free within the setting <c>lock-timeout</c>.</exception>
    /// <exception cref="TableClosedException">The table's actor has stopped.</exception>
    /// <exception cref="CorruptFileException">The table is damaged, or of other types.</exception>
    public TValue Find(TKey key) => Table.ReadDirectly(table => _bindings.ValuesIn(table).Find(key));

    /// <summary>Reads the value of a key's newest binding directly, if there is one; see <see cref="Find"/>.</summary>
    public bool TryFind(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        (bool isFound, value) = Table.ReadDirectly(
            table => (_bindings.ValuesIn(table).TryFind(key, out TValue? found), found));
        return isFound;
    }

    /// <summary>Whether a key is bound; read directly, see <see cref="Find"/>.</summary>
    public bool Contains(TKey key) => Table.ReadDirectly(table => _bindings.ValuesIn(table).Contains(key));

    /// <summary>Lets an actor be told the changes of some keys, or of all; see <see cref="TableRef.Subscribe"/>.</summary>
    /// <remarks>
    /// The messages name a key by its hash (<see cref="DataManager{T}.Hash"/>), which other keys may have, too. Removing a key
    /// is told as an edit and a removal.
    /// </remarks>
    /// <param name="subscriber">The actor.</param>
    /// <param name="keys">The keys; none stands for all.</param>
    /// <param name="from">The number of the first change that is wanted; null for those after this call.</param>
    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    public void Subscribe(IActorRef subscriber, IEnumerable<TKey>? keys = null, long? from = null) =>
        Table.Subscribe(subscriber, keys is null ? null : ChangeFilter.OfKeys([.. keys.Select(_bindings.Keys.Hash)]), from);

    /// <summary>Adds a binding that hides the older ones of the key.</summary>
    public Task AddAsync(
        TKey key, TValue value, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        int[] words = _bindings.Encode(value);
        return Write(table => table.Add(key, words), timeout, cancellationToken);
    }

    /// <summary>Replaces a key's newest binding, or adds one.</summary>
    public Task ReplaceAsync(
        TKey key, TValue value, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        int[] words = _bindings.Encode(value);
        return Write(table => table.ReplaceOrNothing(_bindings.Keys, key, words), timeout, cancellationToken);
    }

    /// <summary>Removes a key's newest binding, which brings the one it hid back.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(table => table.Remove(key) ? s_true : s_false, true, static r => r == s_true, timeout, cancellationToken);

    /// <summary>The value of a key's newest binding.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public Task<TValue> FindAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Decoded(Ask(table => table.Find(key), false, static r => (int[])r, timeout, cancellationToken), key);

    /// <summary>The value of a key's newest binding, if there is one.</summary>
    public async Task<Option<TValue>> TryFindAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        int[]? words = await Ask(
            table => table.TryFind(key, out int[]? found) ? found : s_done, false, static r => r as int[], timeout,
            cancellationToken).ConfigureAwait(false);
        return words is null ? default : new Option<TValue>(_bindings.Decode(words, key));
    }

    /// <summary>The values of all bindings of a key, newest first.</summary>
    public async Task<IReadOnlyList<TValue>> FindAllAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<int[]> values = await Ask(
            table => table.FindAll(key), false, static r => (IReadOnlyList<int[]>)r, timeout, cancellationToken)
            .ConfigureAwait(false);
        return [.. values.Select(words => _bindings.Decode(words, key))];
    }

    /// <summary>Whether a key is bound.</summary>
    public Task<bool> ContainsAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(
            table => table.Contains(key) ? s_true : s_false, false, static r => r == s_true, timeout,
            cancellationToken);

    /// <summary>The number of bindings, hidden ones included.</summary>
    public Task<int> CountAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Table.CountAsync(timeout, cancellationToken);

    /// <summary>
    /// Replaces the key's value by what a function makes of it, as one operation; returns the new value.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="initial">What the function gets when the key is not bound.</param>
    /// <param name="change">Makes the new value, while the table is locked; see <see cref="TableGroup"/>.</param>
    /// <param name="timeout">How long it may wait for its execution.</param>
    /// <param name="cancellationToken">Cancels it unless it is being executed.</param>
    public Task<TValue> UpdateAsync(
        TKey key,
        TValue initial,
        Func<TValue, TValue> change,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return GroupAsync(
            group =>
            {
                TValue changed = change(group.TryFind(key, out TValue? value) ? value : initial);
                group.Replace(key, changed);
                return changed;
            },
            timeout,
            cancellationToken);
    }

    /// <inheritdoc cref="TableRef.GroupAsync{T}(Func{TableGroup, T}, TimeSpan?, CancellationToken)"/>
    public Task<T> GroupAsync<T>(
        Func<TypedTableGroup<TKey, TValue>, T> body,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        TaskDelegate.Refuse<T>();
        return Table.GroupAsync(
            group => body(new TypedTableGroup<TKey, TValue>(group, _bindings)), timeout, cancellationToken);
    }

    /// <summary>The key of the underlying table at which a key's bindings lie.</summary>
    internal int HashOf(TKey key) => _bindings.Keys.Hash(key);

    private Task<object> Write(
        Action<ShmHashtable<TKey, int[]>> write, TimeSpan? timeout, CancellationToken cancellationToken) =>
        Ask<object>(
            table =>
            {
                write(table);
                return s_done;
            },
            true,
            static r => r,
            timeout,
            cancellationToken);

    /// <summary>Has an operation executed by the actor, for which the values are plain words.</summary>
    private Task<T> Ask<T>(
        Func<ShmHashtable<TKey, int[]>, object> operation,
        bool isWrite,
        Func<object, T> resultOf,
        TimeSpan? timeout,
        CancellationToken cancellationToken) =>
        Table.Ask(
            new LocalOperation(table => operation(_bindings.WordsIn(table)), isWrite) { Timeout = timeout },
            resultOf,
            cancellationToken);

    private async Task<TValue> Decoded(Task<int[]> words, TKey key) =>
        _bindings.Decode(await words.ConfigureAwait(false), key);
}
