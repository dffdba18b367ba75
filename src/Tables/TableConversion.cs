namespace Netshm.Tables;

/// <summary>Changes the locking method that a table carries; docs/Protocol.md, "Conversion".</summary>
internal static class TableConversion
{
    private const int MaxTries = 100;

    /// <summary>Converts a table.</summary>
    /// <param name="memory">Where it is, open for writing.</param>
    /// <param name="wanted">The method to convert to.</param>
    /// <param name="deadline">Until when to wait for processes that come or go, and for Ocamlnet's locks.</param>
    public static void Run(SharedMemoryObject memory, LockingMethod wanted, Deadline deadline)
    {
        if (TableInspection.Inspect(memory.Memory, null, memory.Name.ToString(), out _) != FileContents.Table)
            throw new CorruptFileException(memory.Name.ToString(), null, null, "there is no table in it that could be converted");
        for (int attempt = 0; attempt < MaxTries; attempt++)
        {
            BringInOrder(memory, deadline);
            if (TryConvert(memory, wanted, deadline))
                return;
            ThrowIfDamaged(memory, deadline);
        }

        throw new InvalidTableOperationException(
            $"{memory.Name}: other processes open it and are killed all the time; convert it when nobody uses it");
    }

    /// <summary>Comes and goes as a process that uses the table: what a dead one left is taken care of.</summary>
    private static void BringInOrder(SharedMemoryObject memory, Deadline deadline)
    {
        using var table = ShmTable.Manage(memory, new ShmTableOptions { OpenTimeout = deadline.Remaining });
        table.Group(static () => { });
    }

    /// <summary>Damage that a process meets when it leaves the table is told to nobody, and the table is not in order then.</summary>
    private static void ThrowIfDamaged(SharedMemoryObject memory, Deadline deadline)
    {
        using var table = ShmTable.Manage(memory, new ShmTableOptions { OpenTimeout = deadline.Remaining });
        if (table.Check().Violations is [{ } damage, ..])
            throw new CorruptFileException(memory.Name.ToString(), damage.Page, damage.Word, damage.Problem);
    }

    /// <summary>Converts a table that nobody uses; false when somebody came in between, and left it out of order.</summary>
    /// <exception cref="InvalidTableOperationException">Somebody uses it.</exception>
    private static bool TryConvert(SharedMemoryObject memory, LockingMethod wanted, Deadline deadline)
    {
        string name = memory.Name.ToString();
        SharedDescriptor lockFile = memory.LockFile;
        using AttachLock creating = AttachLock.TakeForCreation(lockFile, writable: true, deadline, name);
        using var sole = SoleUse.Take(memory.Name, lockFile, "converted");
        if (TableInspection.Inspect(memory.Memory, null, name, out int pageSize) != FileContents.Table)
            return false;
        if (LockingMark.Read(memory.Memory, pageSize, name) == wanted)
            return true;
        using var pages = new MappedPages(memory.Memory, writable: true, pageSize, name);
        pages.EnsureMapped(Layout.DescriptorPage + 1);
        return wanted == LockingMethod.Futex ? TryToFutex(pages, memory.Name) : TryToRecord(pages, memory);
    }

    private static bool TryToFutex(MappedPages pages, SharedMemoryName name)
    {
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        var descriptor = new DescriptorView(pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords));
        if (master.Writing != 0 || descriptor.RehashPhase != RehashPhase.None)
            return false;
        _ = SidecarFile.ThrowIfInTheWay(name, master.TableId);

        // Beside the original's mark, all of these mean nothing: dying before the last store leaves the table as it was.
        master.TableId = SidecarAttachment.NewId();
        master.Generation = 0; // It is in order, and no process has come to it yet.
        master.Stamp = 0;
        master.Locking = LockingMark.WordOf(LockingMethod.Futex);
        descriptor.WriteMagic(DescriptorView.FutexMagic);
        return true;
    }

    private static bool TryToRecord(MappedPages pages, SharedMemoryObject memory)
    {
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        if (!SidecarFile.IsLeftInOrder(memory.Name, memory.Memory.Status, master.TableId, master.Generation))
            return false;

        // It is the original's from this store on; dying after it leaves what the next process to write clears up.
        new DescriptorView(pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords))
            .WriteMagic(DescriptorView.Magic);
        TableCreation.ForgetSidecar(pages, memory.Name);
        return true;
    }
}
