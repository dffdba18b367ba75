namespace Netshm;

/// <content>The change feed: docs/ChangeFeed.md.</content>
public sealed partial class ShmTable
{
    private const int ChangesAtOnce = 256;

    /// <summary>Whether the table has a change feed; see <see cref="ShmTableOptions.ChangeFeedCapacity"/>.</summary>
    public bool HasChangeFeed => Table.Changes is not null;

    /// <summary>The number of the last change that any process has committed; 0 when there was none. Locks nothing.</summary>
    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    public long LastChange
    {
        get
        {
            long last = Feed.Ring.Head;
            ThrowIfDisposed();
            return last;
        }
    }

    private ChangeWatch Feed => Table.Changes ?? throw new InvalidTableOperationException(
        $"{Name}: the table has no change feed; set {nameof(ShmTableOptions)}.{nameof(ShmTableOptions.ChangeFeedCapacity)}");

    /// <summary>
    /// Follows the changes of the table by all processes in the order in which they were committed, without a lock.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A change is told after it can be seen: a read that follows finds it, or a later one. The members of a transaction
    /// are told together when it is committed. Who falls behind by more than the feed holds gets a
    /// <see cref="ChangeKind.Gap"/>, never silence.
    /// </para>
    /// <para>
    /// Several may be open at the same time, each used by one caller at a time. It is used as long as the caller enumerates;
    /// between two changes it waits without a thread of its own.
    /// </para>
    /// </remarks>
    /// <param name="from">
    /// The number of the first change that is wanted, 1 or less for all that the feed can tell; null for those after this
    /// call.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    /// <exception cref="CorruptFileException">The feed in the sidecar is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The table was disposed, before or meanwhile.</exception>
    public IAsyncEnumerable<TableChange> Changes(long? from = null, CancellationToken cancellationToken = default) =>
        Enumerate(ReadChanges(from), cancellationToken);

    /// <summary>The same for a thread that waits itself, or that reads changes in its own time.</summary>
    /// <param name="from">The number of the first change that is wanted, as for <see cref="Changes"/>.</param>
    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    /// <exception cref="ObjectDisposedException">The table was disposed.</exception>
    public ChangeReader ReadChanges(long? from = null)
    {
        var reader = new ChangeReader(this, Feed, from);
        ThrowIfDisposed();
        return reader;
    }

    private static async IAsyncEnumerable<TableChange> Enumerate(
        ChangeReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = new TableChange[ChangesAtOnce];
        while (true)
        {
            int count = reader.Read(changes);
            for (int i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return changes[i];
            }

            if (count == 0)
                await reader.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
