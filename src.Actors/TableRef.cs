using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Netshm.Actors.Groups;
using Netshm.Actors.Protocol;
using Netshm.Actors.Requests;
using Netshm.Actors.Tables;

namespace Netshm.Actors;

/// <summary>
/// A table of an actor system. Its methods with a task go through the table's actor; those without read directly.
/// </summary>
/// <remarks>
/// <para>
/// It is safe for use by any number of threads and actors. It belongs to its process: send <see cref="Actor"/> to
/// other machines instead.
/// </para>
/// <para>
/// <b>Order.</b> What one thread or actor asks for, through methods with a task and messages to <see cref="Actor"/>
/// alike, is executed in the order it asks, whatever is awaited in between. A direct read sees what has been
/// executed; it may come before requests that still wait, so await a write before you read it directly.
/// </para>
/// <para>
/// <b>Failures.</b> A task fails with <see cref="RequestTimeoutException"/> when the request was not executed before
/// its deadline, <see cref="TableBusyException"/> when too many requests wait, <see cref="TableClosedException"/> when
/// the actor has stopped, <see cref="CorruptFileException"/> when the table is damaged, and with what the operation
/// itself throws. A token cancels a request unless it is being executed already. In all these cases the operation was
/// not done, and won't be.
/// </para>
/// <para>
/// <b>Life.</b> The reference stays valid as long as the table's actor lives, whatever happens to the table: see
/// <see cref="TableState"/>. A table that failed or was damaged is opened anew behind it, by itself or by
/// <see cref="ReopenAsync"/>.
/// </para>
/// <para>
/// The timeout of each method counts from the call; null stands for the table's setting <c>request-timeout</c>.
/// </para>
/// </remarks>
public sealed partial class TableRef
{
    private readonly TableHost _host;

    internal TableRef(TableHost host) => _host = host;

    /// <summary>The table's actor, for the messages of <see cref="TableProtocol"/>.</summary>
    public IActorRef Actor => _host.Actor;

    /// <summary>The table's name in the configuration.</summary>
    public string Name => _host.Name;

    /// <summary>The table's settings.</summary>
    public TableSettings Settings => _host.Settings;

    /// <summary>Whether the table takes no requests now: it was stopped, or it is damaged; see <see cref="State"/>.</summary>
    public bool IsClosed => _host.Queue.ClosedBy is not null;

    /// <summary>How the table is doing at this moment.</summary>
    public TableState State => _host.State;

    /// <summary>
    /// The number of bindings, hidden ones included; read directly, with the errors of <see cref="Find"/>.
    /// </summary>
    public int Count => _host.Read(static (table, _) => table.Count, 0);

    /// <summary>Reads the value of a key's newest binding directly, on the caller's thread.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    /// <exception cref="LockTimeoutException">The lock was not free within the setting <c>lock-timeout</c>.</exception>
    /// <exception cref="TableUnavailableException">The table failed, and could not be opened anew in that time.</exception>
    /// <exception cref="TableClosedException">The table's actor has stopped.</exception>
    /// <exception cref="CorruptFileException">The table is damaged.</exception>
    public int[] Find(int key) => _host.Read(static (table, key) => table.Find(key), key);

    /// <summary>
    /// Reads the value of a key's newest binding directly, on the caller's thread; with the errors of
    /// <see cref="Find"/> but for the unbound key.
    /// </summary>
    /// <returns>Whether the key is bound.</returns>
    public bool TryFind(int key, [NotNullWhen(true)] out int[]? value)
    {
        value = _host.Read(static (table, key) => table.TryFind(key, out int[]? value) ? value : null, key);
        return value is not null;
    }

    /// <summary>
    /// Copies the value of a key's newest binding directly, without allocating; with the errors of
    /// <see cref="Find"/> but for the unbound key.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Where the value goes.</param>
    /// <param name="length">The value's length in words; 0 when the key is not bound.</param>
    /// <returns>Whether the key is bound.</returns>
    /// <exception cref="ValueTooLongException">The value is longer than the destination.</exception>
    public bool TryFind(int key, Span<int> destination, out int length)
    {
        (bool isFound, length) = _host.Read(
            static (table, search) => (table.TryFind(search.Key, search.Destination, out int length), length),
            new Search(key, destination));
        return isFound;
    }

    /// <summary>Whether a key is bound; read directly, with the errors of <see cref="Find"/>.</summary>
    public bool Contains(int key) => _host.Read(static (table, key) => table.Contains(key), key);

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
        ?? throw new KeyNotFoundException(FormattableString.Invariant($"{Settings.Location}: key {key} is not bound"));

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
    /// <exception cref="IncompleteGroupException">A modification failed; those before it were done.</exception>
    public Task<object> GroupAsync(
        ReadOnlySpan<GroupOperation> operations,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        Ask(TableVerbs.Group(operations, timeout), cancellationToken);

    /// <summary>Runs a delegate while the table is locked for writing.</summary>
    /// <remarks>See <see cref="TableGroup"/>. It may run more than once until its task is done.</remarks>
    /// <returns>What the delegate returned; what it throws is thrown here.</returns>
    /// <exception cref="GroupTimeoutException">The delegate took too long; what it did stays done.</exception>
    /// <exception cref="IncompleteGroupException">A modification failed; those before it were done.</exception>
    public Task<T> GroupAsync<T>(
        Func<TableGroup, T> body, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        TaskDelegate.Refuse<T>();
        return Ask(
            new TableProtocol.Group(group => body(group)) { Timeout = timeout },
            static r => (T)((TableProtocol.GroupResult)r).Value!,
            cancellationToken);
    }

    /// <inheritdoc cref="GroupAsync{T}(Func{TableGroup, T}, TimeSpan?, CancellationToken)"/>
    public Task GroupAsync(
        Action<TableGroup> body, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return GroupAsync(
            group =>
            {
                body(group);
                return true;
            },
            timeout,
            cancellationToken);
    }

    /// <summary>A copy of all bindings at one moment; those of one key come newest first.</summary>
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

    /// <summary>Lets an actor be told the changes of the table, by any process, in their order.</summary>
    /// <remarks>
    /// It gets <see cref="TableProtocol.Subscribed"/>, then <see cref="TableProtocol.Changed"/> and
    /// <see cref="TableProtocol.Gap"/> messages, until it dies or <see cref="Unsubscribe"/> is called. See
    /// <see cref="TableProtocol.Subscribe"/>, which does the same from another machine.
    /// </remarks>
    /// <param name="subscriber">The actor; a second call for it takes the place of the first.</param>
    /// <param name="filter">What is wanted; null for everything.</param>
    /// <param name="from">The number of the first change that is wanted; null for those after this call.</param>
    /// <exception cref="InvalidTableOperationException">
    /// The table has no change feed: the setting <c>change-feed-capacity</c> is off.
    /// </exception>
    /// <exception cref="TableUnavailableException">The table failed, and could not be opened anew yet.</exception>
    /// <exception cref="TableClosedException">The table's actor has stopped.</exception>
    public void Subscribe(IActorRef subscriber, ChangeFilter? filter = null, long? from = null)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ChangeReader reader = _host.ReadChanges(from); // Whose next change is the first one after this call, if not said.
        _host.Publisher.Tell(new TableProtocol.Subscribe(filter, reader.Next), subscriber);
    }

    /// <summary>
    /// Ends an actor's subscription; it gets <see cref="TableProtocol.Unsubscribed"/>, after which nothing comes.
    /// </summary>
    /// <param name="subscriber">The actor.</param>
    public void Unsubscribe(IActorRef subscriber)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        _host.Publisher.Tell(new TableProtocol.Unsubscribe(), subscriber);
    }

    /// <summary>
    /// Opens the table anew at once where it is <see cref="TableState.Reopening"/> or <see cref="TableState.Quarantined"/>,
    /// as after it was mended by <c>netshm repair</c>; where it is open nothing is done.
    /// </summary>
    /// <remarks>A table that was found damaged is checked first, for which it is locked for reading.</remarks>
    /// <param name="timeout">How long to wait for it; null stands for the setting <c>request-timeout</c>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CorruptFileException">The table is still damaged.</exception>
    /// <exception cref="NetshmException">It can't be opened; see <see cref="ShmTable.Manage"/>.</exception>
    /// <exception cref="IOException">Its file can't be opened.</exception>
    /// <exception cref="RequestTimeoutException">It took too long; the attempt goes on.</exception>
    /// <exception cref="TableClosedException">The table's actor has stopped.</exception>
    public async Task ReopenAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (State == TableState.Closed)
            throw _host.Closed();
        var reopen = new TableActor.Reopen();
        Actor.Tell(reopen, ActorRefs.NoSender);
        try
        {
            await reopen.Outcome.WaitAsync(WaitableOf(timeout ?? Settings.RequestTimeout), cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new RequestTimeoutException($"the table '{Name}' was not opened anew in time; the attempt goes on");
        }
    }

    /// <summary>Sends a request that carries the promise of its result.</summary>
    internal Task<T> Ask<T>(
        TableProtocol.Request request, Func<object, T> resultOf, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var asked = new AskedRequest<T>(request, _host.DeadlineOf(request), resultOf);
        if (cancellationToken.CanBeCanceled)
            asked.CancelWith(cancellationToken);

        // Straight into the queue, where the mailbox would put a message too, in the same order but for more effort.
        if (_host.Queue.Enqueue(asked))
            Actor.Tell(TableActor.RunBatch.Instance, ActorRefs.NoSender);
        return asked.Result;
    }

    /// <summary>Ends the table's actor without executing what waits.</summary>
    internal void Abandon()
    {
        _host.Queue.Close(_host.Closed());
        Actor.Tell(PoisonPill.Instance);
    }

    /// <summary>Makes this process the table's owner: see <see cref="ShmTable.RaiseOwnerEpoch"/>.</summary>
    internal long RaiseOwnerEpoch(long seen) => _host.RaiseOwnerEpoch(seen);

    /// <summary>Reads the table directly.</summary>
    internal TResult ReadDirectly<TResult>(Func<ShmTable, TResult> read) => _host.Read(static (t, read) => read(t), read);

    /// <summary>The longest time that a timer can wait for, where more is wanted.</summary>
    private static TimeSpan WaitableOf(TimeSpan timeout)
    {
        var longest = TimeSpan.FromMilliseconds(int.MaxValue);
        return timeout < longest ? timeout : longest;
    }

    /// <summary>
    /// Reads the table directly, for those whose thread is not their own: a table that is being opened anew is not waited for.
    /// </summary>
    /// <exception cref="TableUnavailableException">The table failed, and could not be opened anew yet.</exception>
    internal TResult ReadNow<TResult>(Func<ShmTable, TResult> read) => _host.Read(static (t, read) => read(t), read, deadline: 0);

    private Task<T> Ask<T>(TableVerb<T> verb, CancellationToken cancellationToken) =>
        Ask(verb.Request, verb.ResultOf, cancellationToken);

    /// <summary>A key, and where its value goes.</summary>
    private readonly ref struct Search(int key, Span<int> destination)
    {
        public int Key { get; } = key;

        public Span<int> Destination { get; } = destination;
    }
}
