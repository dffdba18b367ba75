namespace Netshm.Opening;

/// <summary>How this process comes to use a table's sidecar, and how it leaves it.</summary>
/// <remarks>docs/Protocol.md, "The sidecar". Both happen under the creation lock.</remarks>
internal sealed class SidecarAttachment : IDisposable
{
    private readonly Sidecar _sidecar;
    private readonly FutexLock _lock;
    private readonly AttachLock _attached;

    private SidecarAttachment(Sidecar sidecar, FutexLock tableLock, OpenTable table, AttachLock attached)
    {
        _sidecar = sidecar;
        _lock = tableLock;
        Table = table;
        _attached = attached;
    }

    /// <summary>Opens the sidecar of a table, or makes one.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="memory">The table's memory.</param>
    /// <param name="lockFile">The file that carries its locks.</param>
    /// <param name="pages">The table.</param>
    /// <param name="changeCapacity">How many changes a new one's feed holds, a power of two; 0 for none.</param>
    /// <param name="isMade">Whether there was no sidecar of this table.</param>
    /// <exception cref="IOException">The table was removed or replaced while it was being opened.</exception>
    /// <exception cref="InvalidTableOperationException">Others use the table with one that is elsewhere.</exception>
    /// <exception cref="ReadOnlyTableException">One would have to be made, and the table is open for reading only.</exception>
    /// <exception cref="UntrustedFileException">Something lies in its place that is not this library's to remove.</exception>
    public static Sidecar OpenSidecar(
        SharedMemoryName name, SharedDescriptor memory, SharedDescriptor lockFile, MappedPages pages,
        int changeCapacity, out bool isMade)
    {
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        isMade = false;
        if (SidecarFile.TryOpen(name, memory.Status, master.TableId) is { } found)
            return found;
        memory.ThrowIfNotAt(name.MemoryPath, name);
        if (AttachLock.IsTakenByOthers(lockFile, LockingMethod.Futex, pages.Name))
        {
            throw new InvalidTableOperationException(
                $"{name}: other processes use it with a sidecar that is not at {name.SidecarPath}; was it moved?");
        }

        if (!pages.IsWritable)
            throw new ReadOnlyTableException($"{name}: it has no sidecar, and was opened for reading only");
        if (master.TableId == 0)
            master.TableId = NewId(); // Dying while it is stored leaves a number that no sidecar has.
        isMade = true;
        return SidecarFile.Create(name, memory.Status, master.TableId, master.Generation, changeCapacity);
    }

    /// <summary>A number for a table, which no other one has.</summary>
    public static long NewId() => Random.Shared.NextInt64(long.MinValue, long.MaxValue) | 1;

    /// <summary>Claims a slot, and brings the table in order if nobody else is there to.</summary>
    /// <param name="sidecar">The sidecar.</param>
    /// <param name="tableLock">The lock in it.</param>
    /// <param name="table">The table.</param>
    /// <param name="isMade">Whether the sidecar is new.</param>
    /// <param name="lockFile">The file that carries the table's locks.</param>
    /// <param name="deadline">Until when to wait for other processes that come or go.</param>
    /// <exception cref="CorruptFileException">The table is damaged.</exception>
    /// <exception cref="ReadOnlyTableException">It is not in order, and was opened for reading only.</exception>
    public static SidecarAttachment Attach(
        Sidecar sidecar, FutexLock tableLock, OpenTable table, bool isMade, SharedDescriptor lockFile, Deadline deadline)
    {
        AttachLock attached;
        using (new ReadersTurn(sidecar, table, deadline))
        {
            sidecar.ClaimSlot();
            if (sidecar.IsAlone())
                TakeOverAll(sidecar, tableLock, table, isMade);
            else if (tableLock.InheritFrom(sidecar.Slot))
                Settle(tableLock, table); // The slot's last owner died with the lock, and nobody has taken it over yet.
            attached = AttachLock.Take(lockFile, LockingMethod.Futex, deadline, table.Storage.Pages.Name);
        }

        var attachment = new SidecarAttachment(sidecar, tableLock, table, attached);
        attachment.SayInUse();
        return attachment;
    }

    /// <summary>The sidecar.</summary>
    public Sidecar Sidecar => _sidecar;

    /// <summary>The table.</summary>
    public OpenTable Table { get; }

    /// <summary>Whether no other process uses the table so; as long as the creation lock is held.</summary>
    public bool IsAlone => _sidecar.IsAlone();

    /// <summary>Says that the table is no longer as it was left; does nothing when it is open for reading only.</summary>
    public void SayInUse()
    {
        if (Table.Storage.Pages.IsWritable)
            _sidecar.IsClean = false;
    }

    /// <summary>To be called when nobody writes any more: the last process says that the table is in order.</summary>
    public void Leave()
    {
        if (Table.Storage.Pages.IsWritable && IsAlone)
            LeaveInOrder();
        Seam.Reached(SeamKind.Store);
    }

    /// <summary>Gives the slot back, when nobody reads the table any more.</summary>
    public void Dispose()
    {
        try
        {
            _attached.Dispose();
        }
        finally
        {
            _sidecar.Dispose();
        }
    }

    private static void TakeOverAll(Sidecar sidecar, FutexLock tableLock, OpenTable table, bool isMade)
    {
        tableLock.Seize();
        try
        {
            // A table that no process has come to is as it was laid out.
            RecoveryReason reason = !isMade ? table.Recoverer.ReasonBy(sidecar)
                : table.Recoverer.Generation == 0 ? RecoveryReason.OpenedAlone : RecoveryReason.OpenedWithoutPast;
            table.Recoverer.Recover(reason, isFeedNew: isMade && table.Storage.DescriptorAsItIs.Bindings > 0);
            table.Recoverer.RaiseGeneration();

            // A sidecar that is not clean gets the boot's number only now: who dies before leaves it unknown.
            sidecar.BeginInstance();
        }
        finally
        {
            tableLock.ReleaseExclusive();
        }
    }

    private static void Settle(FutexLock tableLock, OpenTable table)
    {
        try
        {
            table.Writing.Begin();
            table.Writing.End();
        }
        finally
        {
            tableLock.ReleaseExclusive();
        }
    }

    private void LeaveInOrder()
    {
        _lock.Seize();
        try
        {
            // Whoever died as the lock's owner may have left it to us.
            Table.Writing.Begin();
            Table.Writing.FinishRehash();
            Table.Writing.End();
        }
        catch (Exception e) when (e is CorruptFileException or InvalidTableOperationException)
        {
            return; // It stays unclean, and who opens it next is told what is wrong.
        }
        finally
        {
            _lock.ReleaseExclusive();
        }

        // The flag must not reach the device before the table does. Dying in between leaves an unclean table.
        Table.Storage.Pages.Flush();
        _sidecar.IsClean = true;
    }

    /// <summary>
    /// Processes that opened the table's file for reading share the creation lock, since more takes the right to write. So
    /// they take turns by a lock on the sidecar.
    /// </summary>
    private readonly ref struct ReadersTurn
    {
        private readonly Sidecar? _sidecar;

        public ReadersTurn(Sidecar sidecar, OpenTable table, Deadline deadline)
        {
            if (table.Storage.Pages.IsWritable)
                return;
            sidecar.TakeReadersTurn(deadline, table.Storage.Pages.Name);
            _sidecar = sidecar;
        }

        public void Dispose() => _sidecar?.EndReadersTurn();
    }
}
