using Netshm.Locking;

namespace Netshm;

/// <content>Owners, of whom only the latest one modifies: docs/Sharding.md, "A removed owner stores nothing".</content>
public sealed partial class ShmTable
{
    /// <summary>
    /// Null while the handle modifies without being an owner's. It is replaced as a whole; a thread that sees the one before
    /// modifies only if the table still has that epoch.
    /// </summary>
    private OwnerBinding? _binding;

    /// <summary>The epoch of the table's latest owner. It is read without a lock.</summary>
    /// <exception cref="InvalidTableOperationException">
    /// The table's locking is not <see cref="LockingMethod.Futex"/>: it can have no owners.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The table was disposed.</exception>
    internal long OwnerEpoch
    {
        get
        {
            long epoch = SidecarOfOwners.OwnerEpoch;
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
        _ = SidecarOfOwners; // Before it waits for a lock in vain.
        ThrowIfReadOnly();
        using var access = new Access(Lock, Lock.EnterWrite(NewDeadline));
        ThrowIfDisposed();
        ThrowUnlessOwner(seen); // What the last owner had is what nobody has raised since.
        Engine.BeginWriting();
        long raised = unchecked(seen + 1);
        SidecarOfOwners.OwnerEpoch = raised;
        BindToOwner(raised);
        return raised;
    }

    /// <summary>Lets the handle modify only as long as the table has this owner's epoch.</summary>
    internal void BindToOwner(long epoch) => Volatile.Write(ref _binding, new OwnerBinding(epoch));

    /// <summary>
    /// Makes sure that an owner still is the table's latest one. With the write lock it stays so until that is released.
    /// </summary>
    /// <exception cref="OwnerFencedException">Another one has taken the table over.</exception>
    internal void ThrowUnlessOwner(long epoch)
    {
        long found = SidecarOfOwners.OwnerEpoch;
        if (found != epoch)
            throw new OwnerFencedException(Name.ToString(), epoch, found);
    }

    private Sidecar SidecarOfOwners
    {
        get
        {
            ThrowIfDisposed();
            return _store.Sidecar ?? throw new InvalidTableOperationException(
                $"{Name}: only tables with locking {LockingMethod.Futex} have owners, not {Locking}");
        }
    }

    /// <summary>To be called with the write lock, before anything is stored.</summary>
    private void ThrowIfFenced()
    {
        if (Volatile.Read(ref _binding) is { } binding)
            ThrowUnlessOwner(binding.Epoch);
    }

    /// <summary>The owner's epoch that a handle is bound to.</summary>
    private sealed record OwnerBinding(long Epoch);
}
