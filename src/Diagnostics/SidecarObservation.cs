namespace Netshm;

/// <summary>What a table's sidecar tells of its users under futex locking, looked at without taking a slot or a lock.</summary>
/// <param name="Path">The sidecar's path.</param>
/// <param name="OwnerSlot">The slot of the lock's owner, which may be dead; null while the lock is free.</param>
/// <param name="HasSleepers">Whether others may sleep until the lock is free.</param>
/// <param name="IsModified">Whether the lock's owner is in the middle of a modification, or died in it.</param>
/// <param name="IsClean">Whether the last process that left has left the table in order.</param>
/// <param name="Epoch">How often the lock was acquired.</param>
/// <param name="Writes">How often bindings were written, summed up over all keys.</param>
/// <param name="LastChange">The number of the last change in the table's feed; null when it has none.</param>
/// <param name="FeedCapacity">How many changes the feed holds; 0 when there is none.</param>
/// <param name="Users">The processes that use the table, this one included, by their slots.</param>
/// <param name="Awaited">What threads that hold the table wait for.</param>
public sealed record SidecarObservation(
    string Path,
    int? OwnerSlot,
    bool HasSleepers,
    bool IsModified,
    bool IsClean,
    long Epoch,
    long Writes,
    long? LastChange,
    int FeedCapacity,
    IReadOnlyList<TableUser> Users,
    IReadOnlyList<AwaitedLock> Awaited)
{
    /// <summary>Looks at the sidecar of the table in an object; null when it has none.</summary>
    /// <remarks>May be called from any thread, on objects that are open for reading only.</remarks>
    /// <exception cref="InvalidTableOperationException">It is of another version of this library.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened for writing.</exception>
    /// <exception cref="UntrustedFileException">What lies in its place was planted.</exception>
    public static SidecarObservation? Of(SharedMemoryObject memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        long id = TableInspection.ReadMaster(memory.Memory).TableId;
        using Sidecar? sidecar = SidecarFile.TryOpen(memory.Name, memory.Memory.Status, id);
        if (sidecar is null)
            return null;
        var contents = new SidecarContents(sidecar);
        var awaited = new List<AwaitedLock>();
        sidecar.Waits.ReadAll(awaited);
        return new SidecarObservation(
            sidecar.Path,
            sidecar.OwnerSlot,
            (Volatile.Read(ref sidecar.LockWord) & LockState.SleepersBit) != 0,
            Volatile.Read(ref sidecar.Mark) != 0,
            sidecar.IsClean,
            Volatile.Read(ref sidecar.Epoch),
            contents.Sequences.CountWrites(),
            contents.Changes?.Head,
            sidecar.FeedCapacity,
            [.. Enumerable.Range(0, SidecarLayout.MaxSlots).Where(slot => IsAlive(sidecar, slot)).Select(slot => UserIn(sidecar, slot))],
            awaited);
    }

    private static bool IsAlive(Sidecar sidecar, int slot)
    {
        var life = new Libc.Flock { Type = Libc.F_WRLCK, Start = SidecarLayout.FirstLifeByte + slot, Length = 1 };
        return Libc.RecordLock(FaultPoint.ExamineLives, sidecar.File, Libc.F_OFD_GETLK, ref life) == 0
            ? life.Type != Libc.F_UNLCK
            : throw SystemError.Last("examine the locks of", sidecar.Path);
    }

    private static TableUser UserIn(Sidecar sidecar, int slot)
    {
        long[] counts = sidecar.ReadCounters(slot) ?? new long[Enum.GetValues<Counter>().Length];
        return new TableUser(
            slot,
            sidecar.OwnerOf(slot)?.ProcessId,
            counts[(int)Counter.Writes],
            counts[(int)Counter.Acquisitions],
            counts[(int)Counter.Waits],
            counts[(int)Counter.Retries],
            counts[(int)Counter.Recoveries],
            counts[(int)Counter.PagesAdded]);
    }
}

/// <summary>A process that uses a table, and what it has counted since it came.</summary>
/// <param name="Slot">Its slot in the sidecar; those from 63 on have no room for the rest.</param>
/// <param name="ProcessId">Its number in its own PID namespace; null when that can't be told, and the counts are 0.</param>
/// <param name="Writes">Bindings added, replaced or removed.</param>
/// <param name="Locks">How often it acquired the lock.</param>
/// <param name="Waits">How often one of its threads had to wait for the table.</param>
/// <param name="Retries">How often one of its reads was disturbed by a writer.</param>
/// <param name="Recoveries">How often it brought the table in order after a death.</param>
/// <param name="PagesAdded">By how many pages it made the table longer.</param>
public sealed record TableUser(
    int Slot, int? ProcessId, long Writes, long Locks, long Waits, long Retries, long Recoveries, long PagesAdded);
