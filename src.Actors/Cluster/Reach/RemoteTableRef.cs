using Akka.Actor;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Cluster.Reach;
using Netshm.Actors.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster;

/// <summary>
/// A table of another host, or of this one, by way of a process there that has it open: the verbs of
/// <see cref="TableRef"/> that can travel. <see cref="ClusterTables.Table"/> and <see cref="ClusterTablesClient.Table"/> give
/// it; docs/Cluster.md, "Reach".
/// </summary>
/// <remarks>
/// <para>
/// It is safe for use by any number of threads and actors. What one thread asks for is executed in its order as long as the
/// same process serves.
/// </para>
/// <para>
/// <b>Failures.</b> A task fails with <see cref="RequestTimeoutException"/> when its deadline has passed, for a write only if
/// it was not executed; with <see cref="OutcomeUnknownException"/> when a write was sent and no answer came;
/// <see cref="ValueTooLargeException"/> when the request, or its reply, is larger than a message between nodes may be;
/// <see cref="TableBusyException"/> when too many requests wait, there or here; <see cref="TableClosedException"/> when this
/// actor system has stopped; and <see cref="RemoteTableException"/> with what the operation itself threw there. A token ends
/// the waiting; what was sent by then may be executed.
/// </para>
/// <para>
/// The timeout of each method counts from the call; null stands for the setting <c>remote.request-timeout</c>.
/// </para>
/// </remarks>
public sealed class RemoteTableRef
{
    private static int s_count;

    private readonly RemoteInbox _inbox = new();
    private readonly ClusterSettings _settings;
    private readonly IActorRef _actor;
    private readonly ClusterMessages _messages;
    private readonly FrameLimit _frameLimit;

    internal RemoteTableRef(ExtendedActorSystem system, RemoteRoute route, string name, string? host)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _settings = system.Netshm().Settings.Cluster;
        _messages = new ClusterMessages(system);
        _frameLimit = FrameLimit.Of(system);
        _actor = system.SystemActorOf(
            Props.Create(() => new RemoteTable(route, _inbox, name, host, _settings)),
            RemoteTable.NameOf(Interlocked.Increment(ref s_count)));
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>Adds a binding that hides the older ones of the key.</summary>
    public Task AddAsync(
        int key, ReadOnlySpan<int> value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Add(key, value, timeout), cancellationToken);

    /// <summary>Replaces a key's newest binding, or adds one.</summary>
    public Task ReplaceAsync(
        int key, ReadOnlySpan<int> value, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Replace(key, value, timeout), cancellationToken);

    /// <summary>Removes a key's newest binding, which brings the one it hid back.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(
        int key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Remove(key, timeout), cancellationToken);

    /// <summary>The value of a key's newest binding; a <see cref="KeyNotFoundException"/> when there is none.</summary>
    public async Task<int[]> FindAsync(
        int key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        await TryFindAsync(key, timeout, cancellationToken).ConfigureAwait(false)
        ?? throw new KeyNotFoundException(FormattableString.Invariant($"{Name}: key {key} is not bound"));

    /// <summary>The value of a key's newest binding, or null when it is not bound.</summary>
    public Task<int[]?> TryFindAsync(
        int key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.TryFind(key, timeout), cancellationToken);

    /// <summary>The values of all bindings of a key, newest first.</summary>
    public Task<IReadOnlyList<int[]>> FindAllAsync(
        int key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.FindAll(key, timeout), cancellationToken);

    /// <summary>Whether a key is bound.</summary>
    public Task<bool> ContainsAsync(
        int key, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Contains(key, timeout), cancellationToken);

    /// <summary>The number of bindings, hidden ones included.</summary>
    public Task<int> CountAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Count(timeout), cancellationToken);

    /// <summary>Does several operations as one, if their conditions are met.</summary>
    /// <returns><see cref="TableProtocol.GroupDone"/> or <see cref="TableProtocol.ConditionNotMet"/>.</returns>
    /// <remarks>See <see cref="TableProtocol.GroupOperations"/>.</remarks>
    public Task<object> GroupAsync(
        ReadOnlySpan<GroupOperation> operations,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Group(operations, timeout), cancellationToken);

    /// <summary>A copy of all bindings at one moment; those of one key come newest first.</summary>
    /// <remarks>
    /// It travels as one message. If it is larger than one may be, it fails with a <see cref="ValueTooLargeException"/>.
    /// </remarks>
    public Task<IReadOnlyList<TableProtocol.Binding>> SnapshotAsync(
        TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Snapshot(timeout), cancellationToken);

    /// <summary>Checks the table for damage; a damaged one is not quarantined for that.</summary>
    public Task<TableProtocol.Checked> CheckAsync(
        TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Check(timeout), cancellationToken);

    /// <summary>Writes a table in a file back to its device.</summary>
    public Task FlushAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Flush(timeout), cancellationToken);

    /// <summary>Asks a question other than a request to the table's actor, too.</summary>
    internal Task<Answer> Ask(
        object question, bool isWrite, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<Answer>(cancellationToken);
        if (_frameLimit.RefusalOf($"a request to the table '{Name}'", _messages.SizeOfAsk(question)) is { } refusal)
            return Task.FromException<Answer>(refusal);
        var ask = new RemoteAsk(question, isWrite, DeadlineAfter(timeout));
        if (cancellationToken.CanBeCanceled)
            ask.CancelWith(cancellationToken);
        _inbox.Enqueue(ask);
        _actor.Tell(RemoteTable.Look.Instance, ActorRefs.NoSender);
        return ask.Answer;
    }

    /// <summary>When a call that begins now ends.</summary>
    internal CallDeadline DeadlineAfter(TimeSpan? timeout) => CallDeadline.After(timeout ?? _settings.RequestTimeout);

    private async Task<T> Ask<T>(TableVerb<T> verb, CancellationToken cancellationToken)
    {
        (TableProtocol.Request request, Func<object, T> resultOf) = verb;
        Answer answer =
            await Ask(request, request.IsWrite, request.Timeout, cancellationToken).ConfigureAwait(false);
        return resultOf(answer.Reply);
    }
}
