namespace Netshm;

/// <content>Owners, of whom only the latest one modifies: docs/Sharding.md, "A removed owner stores nothing".</content>
public sealed partial class ShmTable
{
    /// <summary>The epoch of the table's latest owner. It is read without a lock.</summary>
    /// <exception cref="InvalidTableOperationException">
    /// The table's locking is not <see cref="LockingMethod.Futex"/>: it can have no owners.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The table was disposed.</exception>
    internal long OwnerEpoch
    {
        get
        {
            long epoch = _access.SidecarOfOwners.OwnerEpoch;
            ThrowIfDisposed();
            return epoch;
        }
    }

    /// <summary>
    /// Makes this handle the owner's, under the table's lock: from then on the handles that were bound before, in all processes,
    /// modify nothing. It recovers first if the last holder of the lock died.
    /// </summary>
    /// <param name="seen">
    /// The <see cref="OwnerEpoch"/> that the caller saw before it made sure that it may own the table.
    /// </param>
    /// <returns>The new epoch, to which other handles of the same owner are bound by <see cref="BindToOwner"/>.</returns>
    /// <exception cref="OwnerFencedException">Another owner came first; nothing was stored.</exception>
    /// <exception cref="LockTimeoutException">The lock was not free in time.</exception>
    /// <exception cref="InvalidTableOperationException">The table can have no owners, as for <see cref="OwnerEpoch"/>.</exception>
    internal long RaiseOwnerEpoch(long seen)
    {
        ThrowIfDisposed();
        Sidecar sidecar = _access.SidecarOfOwners; // Before it waits for a lock in vain.
        using WriteScope writing = _access.BeginWriteAfter(seen); // What the last owner had is what nobody has raised since.
        long raised = unchecked(seen + 1);
        sidecar.OwnerEpoch = raised;
        BindToOwner(raised);
        return raised;
    }

    /// <summary>Lets the handle modify only as long as the table has this owner's epoch.</summary>
    internal void BindToOwner(long epoch) => _access.BindToOwner(epoch);

    /// <inheritdoc cref="TableAccess.ThrowUnlessOwner"/>
    internal void ThrowUnlessOwner(long epoch)
    {
        ThrowIfDisposed();
        _access.ThrowUnlessOwner(epoch);
    }
}
