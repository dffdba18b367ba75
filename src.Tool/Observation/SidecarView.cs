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
        if (SidecarObservation.Of(memory) is not { } seen)
            return null;
        IReadOnlyList<LiveSlot> slots = LiveSlot.Of(seen);
        return new SidecarView
        {
            Path = seen.Path,
            OwnerSlot = seen.OwnerSlot,
            OwnerProcessId = slots.FirstOrDefault(slot => slot.Slot == seen.OwnerSlot)?.ProcessId,
            HasSleepers = seen.HasSleepers,
            IsModified = seen.IsModified,
            IsClean = seen.IsClean,
            Epoch = seen.Epoch,
            Writes = seen.Writes,
            Changes = seen.LastChange is { } last ? new ChangeFeedView(last, seen.FeedCapacity) : null,
            Slots = slots,
            Awaited = seen.Awaited,
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
/// <param name="Counts">What it has counted; null in slots that have no room for it.</param>
internal sealed record LiveSlot(int Slot, int? ProcessId, string Program, ProcessCounts? Counts)
{
    /// <summary>The slots of a sidecar, with the processes as this one's namespace numbers them.</summary>
    public static IReadOnlyList<LiveSlot> Of(SidecarObservation seen)
    {
        ILookup<long, int> processes = KernelLock.On(seen.Path)
            .Where(held => held is { IsWaiting: false, IsOfOpenFile: true, ProcessId: > 0 })
            .ToLookup(held => held.First - TableFiles.FirstLifeByte, held => held.ProcessId);
        return [.. seen.Users.Select(user => Describe(user, processes[user.Slot].Select(id => (int?)id).FirstOrDefault()))];
    }

    private static LiveSlot Describe(TableUser user, int? process) =>
        new(user.Slot, process, process is { } id ? ProcessFiles.NameOf(id) : "?", ProcessCounts.Of(user));
}
