using Akka.Actor;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Sharding;
using Netshm.Actors.Wire;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster;

/// <summary>
/// One logical table whose partitions are spread over the nodes of a cluster, each kept in a table in shared memory by one of
/// them at a time. Get one from <see cref="ShardedTables"/>.
/// </summary>
/// <remarks>
/// <para>
/// It is safe for use by any number of threads. Keys and values are represented by data managers on the caller's thread; equal
/// keys must have equal representations. All nodes must use the same managers.
/// </para>
/// <para>
/// <b>Order.</b> Operations of one caller on one partition happen in the order of the calls as long as the partition stays
/// where it is; where that matters, await one before the next.
/// </para>
/// <para>
/// <b>Failures.</b> A task fails with <see cref="RequestTimeoutException"/> when the partition was open but the request was
/// not executed before its deadline, <see cref="TableBusyException"/> when too many requests wait,
/// <see cref="OutOfSpaceException"/> when the host's memory is full: in all these cases it was not executed. It fails with an
/// <see cref="OutcomeUnknownException"/> when no answer came, with a <see cref="ValueTooLargeException"/> when the request, or its
/// reply, is larger than a message between nodes may be, and with a <see cref="RemoteTableException"/> for any other
/// failure of the partition. A token only ends the waiting: the outcome is unknown then, too.
/// </para>
/// <para>
/// The timeout of each method counts from the call, and binds all that the call does, together; null stands for the setting
/// <c>request-timeout</c> of the table. A request that reaches its partition later is not executed. An answer that is on its way
/// then is waited for, for a second at most.
/// </para>
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed partial class ShardedTable<TKey, TValue>
{
    /// <summary>A partition that answers in the last moment is heard.</summary>
    private static readonly TimeSpan s_graceForAnswer = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_patienceWithRead = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pauseBeforeSendingAgain = TimeSpan.FromMilliseconds(20);

    private readonly IActorRef _region;
    private readonly DataManager<TKey> _keys;
    private readonly DataManager<TValue> _values;
    private readonly Func<TKey, int>? _partitionHash;
    private readonly TimeSpan _requestTimeout;
    private readonly FrameLimit _frameLimit;

    internal ShardedTable(
        string name, ShardedTableSettings settings, TimeSpan requestTimeout, FrameLimit frameLimit, IActorRef region,
        DataManager<TKey> keys, DataManager<TValue> values, Func<TKey, int>? partitionHash)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        Name = name;
        Settings = settings;
        _requestTimeout = requestTimeout;
        _frameLimit = frameLimit;
        _region = region;
        _keys = keys;
        _values = values;
        _partitionHash = partitionHash;
    }

    /// <summary>The table's name in the configuration.</summary>
    public string Name { get; }

    /// <summary>The table's settings.</summary>
    public ShardedTableSettings Settings { get; }

    /// <summary>The partition of a key, from 0: keys of one partition can be used in one group.</summary>
    public int PartitionOf(TKey key)
    {
        // The hash's own bits place the key in its partition's table, so the partition is to depend on all of them.
        uint hash = (uint)(_partitionHash?.Invoke(key) ?? _keys.Hash(key));
        ulong scattered = (hash * 0x9E3779B97F4A7C15UL) >> 32;
        return (int)((scattered * (ulong)Settings.Partitions) >> 32);
    }

    /// <summary>Adds a binding that hides the older ones of the key.</summary>
    public Task AddAsync(
        TKey key, TValue value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AskAsync<YesOrNo>(new Add(PartitionOf(key), Encode(key), Encode(value)), timeout, cancellationToken);

    /// <summary>Replaces a key's newest binding, or adds one.</summary>
    public Task ReplaceAsync(
        TKey key, TValue value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        AskAsync<YesOrNo>(new Replace(PartitionOf(key), Encode(key), Encode(value)), timeout, cancellationToken);

    /// <summary>Removes a key's newest binding, which brings the one it hid back.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new Remove(PartitionOf(key), Encode(key));
        return (await AskAsync<YesOrNo>(request, timeout, cancellationToken).ConfigureAwait(false)).IsYes;
    }

    /// <summary>The value of a key's newest binding.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public async Task<TValue> FindAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Option<TValue> found = await TryFindAsync(key, timeout, cancellationToken).ConfigureAwait(false);
        return found.HasValue ? found.Value : throw new KeyNotFoundException($"{Name}: the key {key} is not bound");
    }

    /// <summary>The value of a key's newest binding, if there is one.</summary>
    public async Task<Option<TValue>> TryFindAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Decode(await FindWordsAsync(key, DeadlineAfter(timeout), cancellationToken).ConfigureAwait(false));

    /// <summary>The values of all bindings of a key, newest first.</summary>
    public async Task<IReadOnlyList<TValue>> FindAllAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new FindAll(PartitionOf(key), Encode(key));
        Values found = await AskAsync<Values>(request, timeout, cancellationToken).ConfigureAwait(false);
        return [.. found.All.Select(words => _values.Decode(words.Span))];
    }

    /// <summary>Whether a key is bound.</summary>
    public async Task<bool> ContainsAsync(
        TKey key, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var request = new Contains(PartitionOf(key), Encode(key));
        return (await AskAsync<YesOrNo>(request, timeout, cancellationToken).ConfigureAwait(false)).IsYes;
    }

    /// <summary>
    /// The number of bindings of all partitions, hidden ones included, each counted at a moment of its own; opens them all.
    /// </summary>
    public async Task<long> CountAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Counted[] all = await Task.WhenAll(Enumerable.Range(0, Settings.Partitions)
            .Select(partition => AskAsync<Counted>(new Count(partition), timeout, cancellationToken))).ConfigureAwait(false);
        return all.Sum(counted => (long)counted.Bindings);
    }

    /// <summary>
    /// Replaces the key's value by what a function makes of it, as one operation; returns the new value.
    /// </summary>
    /// <remarks>
    /// The function runs here, on the value as it was read; when somebody else was faster to change it, it runs again on the new
    /// one, after a pause of random length. So keep side effects out of it.
    /// </remarks>
    /// <param name="key">The key.</param>
    /// <param name="initial">What the function gets when the key is not bound.</param>
    /// <param name="change">Makes the new value.</param>
    /// <param name="timeout">How long all of it may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<TValue> UpdateAsync(
        TKey key,
        TValue initial,
        Func<TValue, TValue> change,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        CallDeadline deadline = DeadlineAfter(timeout);
        var pause = new RetryPause(deadline);
        Sequence<int>? before = await FindWordsAsync(key, deadline, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            TValue changed = change(before.HasValue ? Decode(before).Value : initial);
            var group = new ShardedGroup<TKey, TValue>(this);
            _ = before.HasValue ? group.IfEquals(key, before.Value) : group.IfAbsent(key);
            object reply = await RunAsync(group.Replace(key, changed), deadline, cancellationToken).ConfigureAwait(false);
            if (reply is not ConditionNotMet(_, var found))
                return changed;
            before = found;
            await pause.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does several operations on one partition as one transaction, if their conditions are met.</summary>
    /// <remarks>
    /// Nobody sees the partition in between. Conditions hold where they stand: they see what the operations before them did.
    /// When one is not met, or an operation fails, or the process dies in between, nothing is done.
    /// </remarks>
    /// <param name="describe">Says what to do; it runs here, at once.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ArgumentException">The keys are of several partitions, or there are none.</exception>
    public async Task<ShardedGroupResult<TValue>> GroupAsync(
        Action<ShardedGroup<TKey, TValue>> describe,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(describe);
        var group = new ShardedGroup<TKey, TValue>(this);
        describe(group);
        return await RunAsync(group, DeadlineAfter(timeout), cancellationToken).ConfigureAwait(false) switch
        {
            ConditionNotMet(var index, var found) => new(index, [Decode(found)]),
            GroupDone(var afterEach) => new(null, [.. afterEach.Select(Decode)]),
            var reply => throw Unexpected(reply),
        };
    }

    internal EncodedKey Encode(TKey key) => EncodedKey.Of(_keys, key);

    internal Sequence<int> Encode(TValue value) => new(EncodedKey.WordsOf(_values, value));

    private Option<TValue> Decode(Sequence<int>? words) =>
        words.HasValue ? new(_values.Decode(words.Value.Span)) : default;

    private CallDeadline DeadlineAfter(TimeSpan? timeout) => CallDeadline.After(timeout ?? _requestTimeout);

    private async Task<Sequence<int>?> FindWordsAsync(
        TKey key, CallDeadline deadline, CancellationToken cancellationToken)
    {
        var request = new Find(PartitionOf(key), Encode(key));
        return (await AskAsync<Value>(request, deadline, cancellationToken).ConfigureAwait(false)).Words;
    }

    private Task<object> RunAsync(
        ShardedGroup<TKey, TValue> group, CallDeadline deadline, CancellationToken cancellationToken)
    {
        int partition = group.Partition ?? throw new ArgumentException("the group has no operation", nameof(group));
        return AskAsync<object>(new Group(partition, group.Operations), deadline, cancellationToken);
    }

    private Task<TReply> AskAsync<TReply>(Request request, TimeSpan? timeout, CancellationToken cancellationToken) =>
        AskAsync<TReply>(request, DeadlineAfter(timeout), cancellationToken);

    private async Task<TReply> AskAsync<TReply>(Request request, CallDeadline deadline, CancellationToken cancellationToken)
    {
        if (_frameLimit.RefusalOf($"a request to the sharded table '{Name}'", ShardedWireFormat.SizeOf(request)) is { } refusal)
            throw refusal;
        object reply = await AnswerToAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        return reply switch
        {
            NotExecuted failed => throw ErrorOf(failed),
            PartitionReplyTooLarge(var size, var limit) => throw new ValueTooLargeException(
                $"the reply of the sharded table '{Name}'", size, limit, FrameLimit.Setting),
            TReply expected => expected,
            _ => throw Unexpected(reply),
        };
    }

    /// <summary>Sends a request, again if it was lost while its partition moved, and waits for the answer.</summary>
    private async Task<object> AnswerToAsync(Request request, CallDeadline deadline, CancellationToken cancellationToken)
    {
        while (!deadline.HasPassed)
        {
            // Reading twice does no harm, so a read does not wait for a process that may have died with it.
            CallDeadline patience = request.IsWrite ? deadline : deadline.ButAtMost(s_patienceWithRead);
            bool isLastTry = patience == deadline;
            try
            {
                object reply = await _region.Ask<object>(
                    request with { Deadline = patience },
                    patience.IsNever ? null : patience.Left + s_graceForAnswer,
                    cancellationToken).ConfigureAwait(false);
                if (reply is not Undelivered && (isLastTry || !IsTimeout(reply)))
                    return reply;
                await Task.Delay(s_pauseBeforeSendingAgain, cancellationToken).ConfigureAwait(false);
            }
            catch (AskTimeoutException) when (isLastTry)
            {
                throw new OutcomeUnknownException(
                    FormattableString.Invariant($"partition {request.Partition} of '{Name}' did not answer before the deadline"));
            }
            catch (AskTimeoutException)
            {
                // Nobody has answered the read in this time; the next owner may.
            }
        }

        throw new RequestTimeoutException(FormattableString.Invariant(
            $"partition {request.Partition} of '{Name}' was moving until the deadline; the request was not executed"));
    }

    private static bool IsTimeout(object reply) =>
        reply is NotExecuted failed && failed.ErrorType == typeof(RequestTimeoutException).FullName;

    private static Exception ErrorOf(NotExecuted failed)
    {
        if (IsTimeout(failed))
            return new RequestTimeoutException(failed.Message);
        if (failed.ErrorType == typeof(TableBusyException).FullName)
            return new TableBusyException(failed.Message);
        return failed.ErrorType == typeof(OutOfSpaceException).FullName
            ? new OutOfSpaceException(failed.Message)
            : new RemoteTableException(failed.ErrorType, failed.Message);
    }

    private static InvalidOperationException Unexpected(object reply) =>
        new($"{reply.GetType()} is no reply to the request");
}
