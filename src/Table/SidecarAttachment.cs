namespace Netshm;

/// <summary>How this process comes to use a table's sidecar, and how it leaves it.</summary>
/// <remarks>docs/Locking.md, "The sidecar". Both happen under the creation lock.</remarks>
internal sealed class SidecarAttachment : IDisposable
{
    private readonly Sidecar _sidecar;
    private readonly FutexLock _lock;
    private readonly TableEngine _engine;
    private readonly AttachLock _attached;

    private SidecarAttachment(Sidecar sidecar, FutexLock tableLock, TableEngine engine, AttachLock attached)
    {
        _sidecar = sidecar;
        _lock = tableLock;
        _engine = engine;
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
    public static Sidecar OpenSidecar(
        SharedMemoryName name, SharedDescriptor memory, SharedDescriptor lockFile, MappedPages pages,
        int changeCapacity, out bool isMade)
    {
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        isMade = false;
        if (Sidecar.TryOpen(name.SidecarPath, memory.Status, master.SidecarId) is { } found)
            return found;
        if (!memory.IsAt(name.MemoryPath))
            throw new IOException($"{name}: it was removed or replaced while it was being opened");
        if (AttachLock.IsTakenByOthers(lockFile, LockingMethod.Futex, pages.Name))
        {
            throw new InvalidTableOperationException(
                $"{name}: other processes use it with a sidecar that is not at {name.SidecarPath}; was it moved?");
        }

        if (!pages.IsWritable)
            throw new ReadOnlyTableException($"{name}: it has no sidecar, and was opened for reading only");

        // Dying between the two leaves a number that no sidecar has: the next process makes one with another number.
        long id = Random.Shared.NextInt64(long.MinValue, long.MaxValue) | 1;
        master.SidecarId = id;
        isMade = true;
        return Sidecar.Create(name, memory.Status, id, changeCapacity);
    }

    /// <summary>Claims a slot, and brings the table in order if nobody else is there to.</summary>
    /// <param name="sidecar">The sidecar.</param>
    /// <param name="tableLock">The lock in it.</param>
    /// <param name="engine">The table.</param>
    /// <param name="isMade">Whether the sidecar is new.</param>
    /// <param name="lockFile">The file that carries the table's record locks.</param>
    /// <exception cref="CorruptFileException">The table is damaged.</exception>
    public static SidecarAttachment Attach(
        Sidecar sidecar, FutexLock tableLock, TableEngine engine, bool isMade, SharedDescriptor lockFile)
    {
        sidecar.ClaimSlot();
        if (sidecar.IsAlone())
            TakeOverAll(sidecar, tableLock, engine, isMade);
        else if (tableLock.InheritFrom(sidecar.Slot))
            Settle(tableLock, engine); // The slot's last owner died with the lock, and nobody has taken it over yet.

        AttachLock attached = AttachLock.Take(lockFile, LockingMethod.Futex, Deadline.Never, engine.Pages.Name);
        var attachment = new SidecarAttachment(sidecar, tableLock, engine, attached);
        attachment.MarkTable();
        return attachment;
    }

    /// <summary>The sidecar.</summary>
    public Sidecar Sidecar => _sidecar;

    /// <summary>Whether no other process uses the table so; as long as the creation lock is held.</summary>
    public bool IsAlone => _sidecar.IsAlone();

    /// <summary>Keeps Ocamlnet out from now on; does nothing when the table is open for reading only.</summary>
    public void MarkTable()
    {
        if (!_engine.Pages.IsWritable || _engine.IsUnfinished)
            return;
        _sidecar.IsClean = false; // Before the mark: dying in between only leaves a table that needs a look.
        _engine.DescriptorAsItIs.WriteMagic(DescriptorView.FutexMagic);
    }

    /// <summary>
    /// To be called when nobody writes any more: the last process puts the original's mark back and says that the table
    /// is in order.
    /// </summary>
    public void Leave()
    {
        if (_engine.Pages.IsWritable && IsAlone)
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

    private static void TakeOverAll(Sidecar sidecar, FutexLock tableLock, TableEngine engine, bool isMade)
    {
        tableLock.Seize();
        try
        {
            bool isFutex = engine.DescriptorAsItIs.FoundMagic == DescriptorView.FutexMagic;

            // A sidecar that is not clean gets the boot's number only now: who dies before leaves it unknown.
            bool isUnknown = engine.IsMarkedInTable
                || (isMade ? isFutex : !sidecar.IsOfThisBoot && !sidecar.IsClean);

            // The original's mark let everybody in who does not feed the changes; a new sidecar knows nothing of the past.
            bool wasOutOfSight = isMade ? engine.DescriptorAsItIs.Bindings > 0 : !isFutex;
            engine.SettleAlone(isUnknown, wasOutOfSight);
            sidecar.WriteBootId();
        }
        finally
        {
            tableLock.ReleaseExclusive();
        }
    }

    private static void Settle(FutexLock tableLock, TableEngine engine)
    {
        try
        {
            if (engine.IsUnfinished)
                return; // The caller is going to create the table.
            engine.BeginWriting();
            engine.EndWriting();
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
            _engine.BeginWriting();
            _engine.FinishRehash();
            _engine.EndWriting();
        }
        catch (CorruptFileException)
        {
            return; // The table keeps its mark and stays unclean, and who opens it next is told what is wrong.
        }
        finally
        {
            _lock.ReleaseExclusive();
        }

        // The flag must not reach the device before the table does. Dying in between leaves an unclean table.
        _engine.DescriptorAsItIs.WriteMagic(DescriptorView.Magic);
        _engine.Pages.Flush();
        _sidecar.IsClean = true;
    }
}
