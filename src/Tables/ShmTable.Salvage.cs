namespace Netshm;

/// <content>What can be told of tables that are too damaged to be opened.</content>
public sealed partial class ShmTable
{
    /// <summary>Finds the sound bindings of a damaged table, of which a new one can be made. The damaged one stays as it is.</summary>
    /// <remarks>
    /// Nobody may use the table, and nobody can open it meanwhile. What a process of <see cref="LockingMethod.Futex"/> left
    /// unfinished when it died is taken back before, in memory. Rather too much is kept than too little: a value that was replaced
    /// or removed when a process died under <see cref="LockingMethod.Record"/> may come back as an older one. All bindings are in
    /// memory at once. May be called from any thread.
    /// </remarks>
    /// <param name="memory">Where it is, open for writing, which the locks need.</param>
    /// <param name="pageSize">Its page size in bytes; null to find it out.</param>
    /// <param name="timeout">How long to wait for processes that open or close a table in it; null for 10 seconds.</param>
    /// <param name="progress">Is told now and then which part was looked at, from 0 to 1; what it throws ends the search.</param>
    /// <exception cref="InvalidTableOperationException">
    /// Processes use it, or this process does; or its sidecar is of another version of this library.
    /// </exception>
    /// <exception cref="LockTimeoutException">Processes that open or close a table in it did not end in time.</exception>
    /// <exception cref="CorruptFileException">The undo journal of its sidecar is damaged.</exception>
    /// <exception cref="ArgumentException">The page size can't be found any more, and was not stated.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The page size is impossible, or the time is negative.</exception>
    public static TableSalvage Salvage(
        SharedMemoryObject memory, int? pageSize = null, TimeSpan? timeout = null, IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(memory);
        SharedDescriptor lockFile = memory.LockFile;
        var deadline = Deadline.After(Deadline.Possible(timeout ?? TimeSpan.FromSeconds(10), nameof(timeout)));
        using AttachLock creating = AttachLock.TakeForCreation(lockFile, writable: true, deadline, memory.Name.ToString());
        using var sole = SoleUse.Take(memory.Name, lockFile, "salvaged");
        TableStorage storage = UnlockedTable.MapRest(memory, pageSize);
        using MappedPages pages = storage.Pages;
        long id = TableInspection.ReadMaster(memory.Memory).TableId;
        using Sidecar? sidecar = SidecarFile.TryOpen(memory.Name, memory.Memory.Status, id);
        if (sidecar is not null && sidecar.IsInUse())
            throw new InvalidTableOperationException($"{memory.Name}: processes use its sidecar; close the table there");
        LockingMethod locking = LockingMark.ReadWanted(memory.Memory) ?? LockingMethod.Record;
        return Recovery.Salvage.Run(storage, sidecar, locking, progress);
    }

    /// <summary>
    /// Walks over a table that can't be opened, since it is damaged, and reports every violation of the format: from outside,
    /// without any lock.
    /// </summary>
    /// <remarks>May be called from any thread. A process that modifies the table meanwhile makes it look damaged.</remarks>
    /// <exception cref="CorruptFileException">There is no table in it, or none whose page size can be told.</exception>
    public static TableReport Check(SharedMemoryObject memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        TableStorage storage = UnlockedTable.Map(memory);
        using MappedPages pages = storage.Pages;
        return TableCheck.Run(storage, isAtItsName: memory.Memory.IsAt(memory.Name.MemoryPath));
    }
}
