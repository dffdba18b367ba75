namespace Netshm.Tool.Observation;

/// <summary>What a table's sidecar tells about its users; looked at without taking a slot or a lock.</summary>
internal sealed record SidecarView
{
    /// <summary>The sidecar's path.</summary>
    public required string Path { get; init; }

    /// <summary>The slot of the lock's owner, who may be dead; null while the lock is free.</summary>
    public required int? OwnerSlot { get; init; }

    /// <summary>The owner's process; null while the lock is free, or when it is dead or can't be told.</summary>
    public required int? OwnerProcessId { get; init; }

    /// <summary>Whether others may sleep until the lock is free.</summary>
    public required bool HasSleepers { get; init; }

    /// <summary>Whether the lock's owner is in the middle of a modification, or died in it.</summary>
    public required bool IsModified { get; init; }

    /// <summary>Whether the last process that left has left the table in order.</summary>
    public required bool IsClean { get; init; }

    /// <summary>How often the lock was acquired.</summary>
    public required long Epoch { get; init; }

    /// <summary>How often bindings were written, summed up over all keys.</summary>
    public required long Writes { get; init; }

    /// <summary>The table's change feed; null when it has none.</summary>
    public required ChangeFeedView? Changes { get; init; }

    /// <summary>The slots whose processes live.</summary>
    public required IReadOnlyList<LiveSlot> Slots { get; init; }

    /// <summary>What threads that hold the table wait for.</summary>
    public required IReadOnlyList<AwaitedLock> Awaited { get; init; }

    /// <summary>Looks at a table's sidecar; null when it has none.</summary>
    public static SidecarView? Of(SharedMemoryObject memory)
    {
        using var pages = new MappedPages(memory.Memory, writable: false, Layout.MinPageSize, memory.Name.ToString());
        pages.EnsureMapped(1);
        long id = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords)).TableId;
        string path = memory.Name.SidecarPath;
        using Sidecar? sidecar = SidecarFile.TryOpen(memory.Name, memory.Memory.Status, id);
        return sidecar is null ? null : Read(sidecar, path);
    }

    private static SidecarView Read(Sidecar sidecar, string path)
    {
        IReadOnlyList<LiveSlot> slots = LiveSlot.Of(path, sidecar);
        var awaited = new List<AwaitedLock>();
        sidecar.Waits.ReadAll(awaited);
        int? owner = sidecar.OwnerSlot;
        var contents = new SidecarContents(sidecar);
        return new SidecarView
        {
            Path = path,
            OwnerSlot = owner,
            OwnerProcessId = slots.FirstOrDefault(slot => slot.Slot == owner)?.ProcessId,
            HasSleepers = (Volatile.Read(ref sidecar.LockWord) & LockState.SleepersBit) != 0,
            IsModified = Volatile.Read(ref sidecar.Mark) != 0,
            IsClean = sidecar.IsClean,
            Epoch = Volatile.Read(ref sidecar.Epoch),
            Writes = contents.Sequences.CountWrites(),
            Changes = contents.Changes is { } changes ? new ChangeFeedView(changes.Head, changes.Capacity) : null,
            Slots = slots,
            Awaited = awaited,
        };
    }
}

/// <summary>A table's change feed.</summary>
/// <param name="Last">The number of the last change.</param>
/// <param name="Capacity">How many changes it holds for who falls behind.</param>
internal sealed record ChangeFeedView(long Last, int Capacity);

/// <summary>A slot of a sidecar that a living process has.</summary>
/// <param name="Slot">Its number.</param>
/// <param name="ProcessId">The process, or null when it can't be told: another user's, or in another namespace.</param>
/// <param name="Program">Its program's name.</param>
/// <param name="Counts">What it has counted; null when it was not looked at, and in slots that have no room for it.</param>
internal sealed record LiveSlot(int Slot, int? ProcessId, string Program, ProcessCounts? Counts)
{
    /// <summary>The slots of a sidecar whose life bytes are locked.</summary>
    /// <param name="sidecarPath">The sidecar's path.</param>
    /// <param name="sidecar">The sidecar, for what they have counted; null when that is not wanted.</param>
    public static IReadOnlyList<LiveSlot> Of(string sidecarPath, Sidecar? sidecar = null)
    {
        if (Libc.Stat(FaultPoint.Elsewhere, sidecarPath, out Libc.Status status) != 0)
            return [];
        return
        [
            .. KernelLock.On(FileIdentity.Of(status))
                .Where(held => held is { IsWaiting: false, IsOfOpenFile: true, First: >= SidecarLayout.FirstLifeByte }
                    && held.First == held.Last)
                .OrderBy(held => held.First)
                .Select(held => Describe(held, sidecar)),
        ];
    }

    private static LiveSlot Describe(KernelLock held, Sidecar? sidecar)
    {
        int slot = (int)(held.First - SidecarLayout.FirstLifeByte);
        int? process = held.ProcessId > 0 ? held.ProcessId : null;
        string program = process is { } id ? ProcessFiles.NameOf(id) : "?";
        return new LiveSlot(slot, process, program, ProcessCounts.Of(sidecar?.ReadCounters(slot)));
    }
}
