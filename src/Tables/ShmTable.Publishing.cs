namespace Netshm;

/// <content>What those need who tell other machines of a table's changes: docs/ChangeFeed.md.</content>
public sealed partial class ShmTable
{
    /// <summary>
    /// A random number that the table's change feed has for as long as its numbers go on; one that begins anew has another.
    /// </summary>
    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    public long FeedId
    {
        get
        {
            _ = Feed;
            long id = Storage.Sidecar!.Sidecar.FeedId;
            ThrowIfDisposed();
            return id;
        }
    }

    /// <summary>
    /// Takes the lock that says who publishes the table's changes, if it is free: of all who have the table open, in all
    /// processes, one has it. It keeps nobody from using the table.
    /// </summary>
    /// <remarks>Does not wait. The kernel frees the lock when the process ends, however it ends.</remarks>
    /// <returns>The lock; null when somebody has it.</returns>
    /// <exception cref="InvalidTableOperationException">The table has no change feed.</exception>
    /// <exception cref="ObjectDisposedException">The table was disposed.</exception>
    public PublisherLock? TryTakePublisherLock()
    {
        _ = Feed;
        ThrowIfDisposed();
        Sidecar sidecar = Storage.Sidecar!.Sidecar;
        return sidecar.TryBecomePublisher() ? new PublisherLock(sidecar) : null;
    }
}
