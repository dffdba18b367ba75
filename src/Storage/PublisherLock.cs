namespace Netshm;

/// <summary>The right to publish a table's changes; see <see cref="ShmTable.TryTakePublisherLock"/>.</summary>
/// <remarks>It ends at the latest when this process has closed its last handle of the table.</remarks>
public sealed class PublisherLock : IDisposable
{
    private Sidecar? _sidecar;

    internal PublisherLock(Sidecar sidecar) => _sidecar = sidecar;

    /// <summary>Gives the lock back. May be called by any thread, and more than once.</summary>
    public void Dispose() => Interlocked.Exchange(ref _sidecar, null)?.ResignAsPublisher();
}
