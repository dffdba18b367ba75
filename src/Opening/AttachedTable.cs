namespace Netshm.Opening;

/// <summary>A table that this process uses: ready for transactions, and announced to other processes.</summary>
/// <param name="Locking">How processes are kept apart.</param>
/// <param name="Table">The table.</param>
/// <param name="Attached">Says to others that this process uses the table; null where the sidecar's attachment does.</param>
/// <param name="Sidecar">How the sidecar is used; null with other methods than futex locking.</param>
internal sealed record AttachedTable(
    LockingMethod Locking, OpenTable Table, AttachLock? Attached, SidecarAttachment? Sidecar)
{
    private static readonly TimeSpan s_patienceToLeave = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Waits for operations under way, then lets go of memory and locks. The table is left as a killed process would leave it
    /// when another process that comes or goes has stopped in the middle of it; the next one to come brings it in order.
    /// </summary>
    /// <param name="lockFile">The file that carries the table's locks.</param>
    /// <param name="cleanUp">Goes on whatever fails.</param>
    /// <returns>The creation lock, held while the sidecar is left; null when it was not needed or not to be had.</returns>
    public AttachLock? Close(SharedDescriptor lockFile, ref CleanUp cleanUp)
    {
        Table.Lock.Close();
        AttachLock? leaving = null;
        cleanUp.Step(() => Table.Changes?.Close());
        cleanUp.Step(() => leaving = TryTakeForLeaving(lockFile));
        cleanUp.Step(() =>
        {
            if (leaving is not null)
                Sidecar!.Leave();
        });
        cleanUp.Step(Table.Storage.Retire);
        cleanUp.Step(() => Sidecar?.Dispose());
        cleanUp.Step(() => Attached?.Dispose());
        cleanUp.Step(() =>
        {
            if (Locking == LockingMethod.Record)
                CopiesOfLibrary.EndRecordUse(lockFile.Identity);
        });
        return leaving;
    }

    private AttachLock? TryTakeForLeaving(SharedDescriptor lockFile)
    {
        if (Sidecar is null)
            return null;
        var deadline = Deadline.After(s_patienceToLeave);
        try
        {
            return Uninterrupted.Wait(() => AttachLock.TakeForCreation(
                lockFile, Table.Storage.Pages.IsWritable, deadline, Table.Storage.Pages.Name));
        }
        catch (LockTimeoutException)
        {
            return null;
        }
    }
}
