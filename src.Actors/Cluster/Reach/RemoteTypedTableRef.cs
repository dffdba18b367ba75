using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Cluster;

/// <summary>
/// A table of another host with typed keys and values, as <see cref="TypedTableRef{TKey, TValue}"/> is one of this process:
/// the same bindings, behind a <see cref="RemoteTableRef"/>.
/// </summary>
/// <remarks>
/// <para>Values are represented, and read back, here; every process must use the same managers.</para>
/// <para>
/// Replacing, removing and updating reads the bindings of the key's hash and writes them in a group that has no effect if they
/// have changed meanwhile; then it is tried again after a pause of random length. The timeout binds all tries together. Failures are those of <see cref="RemoteTableRef"/>.
/// </para>
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class RemoteTypedTableRef<TKey, TValue>
{
    private readonly DataManager<TKey> _keys;
    private readonly DataManager<TKey> _keysOfPairs;
    private readonly DataManager<(TKey Key, TValue Value)> _pairs;

    internal RemoteTypedTableRef(RemoteTableRef table, DataManager<TKey> keys, DataManager<TValue> values)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        Table = table;
        _keys = keys;
        _keysOfPairs = DataManagers.LeftPair(keys);
        _pairs = DataManagers.Pair(keys, values);
    }

    /// <summary>The underlying table, from hashes to pairs of key and value.</summary>
    public RemoteTableRef Table { get; }

    /// <summary>Adds a binding that hides the older ones of the key.</summary>
    public Task AddAsync(
        TKey key, TValue value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Table.AddAsync(_keys.Hash(key), Encode(key, value), timeout, cancellationToken);

    /// <summary>Replaces a key's newest binding, or adds one.</summary>
    public Task ReplaceAsync(
        TKey key, TValue value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(key, _ => new Option<TValue>(value), timeout, cancellationToken);

    /// <summary>Removes a key's newest binding, which brings the one it hid back.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        bool wasBound = false;
        _ = await ChangeAsync(
            key,
            old =>
            {
                wasBound = old.HasValue;
                return default;
            },
            timeout,
            cancellationToken).ConfigureAwait(false);
        return wasBound;
    }

    /// <summary>
    /// Replaces the key's value by what a function makes of it, as one operation; returns the new value.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="initial">What the function gets when the key is not bound.</param>
    /// <param name="change">Makes the new value; it may be called more than once.</param>
    /// <param name="timeout">How long all tries may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<TValue> UpdateAsync(
        TKey key,
        TValue initial,
        Func<TValue, TValue> change,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        Option<TValue> changed = await ChangeAsync(
            key, old => change(old.HasValue ? old.Value : initial), timeout, cancellationToken).ConfigureAwait(false);
        return changed.Value;
    }

    /// <summary>The value of a key's newest binding.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public async Task<TValue> FindAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Option<TValue> value = await TryFindAsync(key, timeout, cancellationToken).ConfigureAwait(false);
        return value.HasValue
            ? value.Value
            : throw new KeyNotFoundException($"{Table.Name}: the key {key} is not bound");
    }

    /// <summary>The value of a key's newest binding, if there is one.</summary>
    public async Task<Option<TValue>> TryFindAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        (await ReadAsync(key, timeout, cancellationToken).ConfigureAwait(false)).Value;

    /// <summary>The values of all bindings of a key, newest first.</summary>
    public async Task<IReadOnlyList<TValue>> FindAllAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<int[]> chain =
            await Table.FindAllAsync(_keys.Hash(key), timeout, cancellationToken).ConfigureAwait(false);
        return [.. chain.Where(words => IsOf(key, words)).Select(ValueOf)];
    }

    /// <summary>Whether a key is bound.</summary>
    public async Task<bool> ContainsAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        (await TryFindAsync(key, timeout, cancellationToken).ConfigureAwait(false)).HasValue;

    /// <summary>The number of bindings, hidden ones included.</summary>
    public Task<int> CountAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Table.CountAsync(timeout, cancellationToken);

    /// <summary>The key of the underlying table at which a key's bindings lie.</summary>
    internal int HashOf(TKey key) => _keys.Hash(key);

    /// <summary>Reads a value, and the number of a change which, with all before it, the value has.</summary>
    internal async Task<(Option<TValue> Value, long AsOf)> ReadAsync(
        TKey key, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        Answer answer = await Table.Ask(
            new FindAll(_keys.Hash(key)), isWrite: false, timeout, cancellationToken).ConfigureAwait(false);
        foreach (Sequence<int> words in ((FoundAll)answer.Reply).Values)
        {
            if (IsOf(key, words.Array))
                return (ValueOf(words.Array), answer.AsOf);
        }

        return (default, answer.AsOf);
    }

    /// <summary>Puts another value, or none, in place of a key's newest one.</summary>
    private async Task<Option<TValue>> ChangeAsync(
        TKey key, Func<Option<TValue>, Option<TValue>> change, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        int hash = _keys.Hash(key);
        CallDeadline deadline = Table.DeadlineAfter(timeout);
        var pause = new RetryPause(deadline);
        while (true)
        {
            IReadOnlyList<int[]> chain =
                await Table.FindAllAsync(hash, deadline.Left, cancellationToken).ConfigureAwait(false);
            int index = chain.TakeWhile(words => !IsOf(key, words)).Count();
            bool isBound = index < chain.Count;
            Option<TValue> changed = change(isBound ? ValueOf(chain[index]) : default(Option<TValue>));
            if (!isBound && !changed.HasValue)
                return changed;
            int[]? written = changed.HasValue ? Encode(key, changed.Value) : null;
            object done = await Table.GroupAsync(
                OperationsFor(hash, chain, index, written), deadline.Left, cancellationToken).ConfigureAwait(false);
            if (done is GroupDone)
                return changed;
            await pause.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What changes the bindings of a hash if they are what they were.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="chain">What they were, newest first.</param>
    /// <param name="index">Which of them goes; their number for none.</param>
    /// <param name="written">The binding that comes, if one does.</param>
    private static GroupOperation[] OperationsFor(int hash, IReadOnlyList<int[]> chain, int index, int[]? written)
    {
        if (chain.Count == 0)
            return [new GroupOperation.IfAbsent(hash), new GroupOperation.Add(hash, new(written!))];
        if (index == 0)
        {
            return
            [
                new GroupOperation.IfEquals(hash, new(chain[0])),
                written is null ? new GroupOperation.Remove(hash) : new GroupOperation.Replace(hash, new(written)),
            ];
        }

        // Another key with the hash was added later: all bindings are looked at, and written anew.
        var operations = new List<GroupOperation>();
        foreach (int[] words in chain)
            operations.AddRange([new GroupOperation.IfEquals(hash, new(words)), new GroupOperation.Remove(hash)]);
        operations.Add(new GroupOperation.IfAbsent(hash));
        for (int i = chain.Count - 1; i >= 0; i--)
        {
            if (i != index)
                operations.Add(new GroupOperation.Add(hash, new(chain[i])));
        }

        if (written is not null)
            operations.Add(new GroupOperation.Add(hash, new(written)));
        return [.. operations];
    }

    private bool IsOf(TKey key, int[] words) => Checked(words, () => _keysOfPairs.Matches(words, key));

    private TValue ValueOf(int[] words) => Checked(words, () => _pairs.Decode(words).Value);

    private T Checked<T>(int[] words, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw new CorruptFileException(Table.Name, page: null, word: null, FormattableString.Invariant(
                $"a binding of {words.Length} words is not a {typeof(TKey)} with a {typeof(TValue)}: {e.Message}"));
        }
    }

    private int[] Encode(TKey key, TValue value)
    {
        int[] words = new int[_pairs.LengthInWords((key, value))];
        _pairs.Encode((key, value), words);
        return words;
    }
}
