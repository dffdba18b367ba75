namespace Netshm.Locking;

/// <summary>The file beside a table that holds what futex locking needs; docs/FileFormat.md, "Sidecar".</summary>
/// <remarks>
/// It is mapped once, with all the address space that it may come to need. Its descriptor is private to this object, for
/// the life locks on it belong to the open file: no close elsewhere in the process drops them.
/// <see cref="SidecarFile"/> finds and makes it.
/// </remarks>
internal sealed class Sidecar : IDisposable
{
    private readonly object _publishing = new();
    private readonly SharedPlace<SidecarHeader> _header;
    private bool _isPublisher;
    private bool _isDisposed;

    /// <param name="file">The open file, which this object closes.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="feedCapacity">How many changes its feed holds; 0 for none.</param>
    public Sidecar(FileHandle file, string path, int feedCapacity)
    {
        File = file;
        Path = path;
        FeedCapacity = feedCapacity;
        Block = MappedBlock.OfFile(file, SidecarLayout.MaxLengthFor(feedCapacity), path);
        _header = new SharedPlace<SidecarHeader>(Block, 0);
        Waits = new WaitEntries(Block, SidecarLayout.WaitsOffset);
    }

    public MappedBlock Block { get; }

    public FileHandle File { get; }

    public string Path { get; }

    /// <summary>How many changes its feed holds; 0 when it has none.</summary>
    public int FeedCapacity { get; }

    /// <summary>What those who hold the table wait for.</summary>
    public WaitEntries Waits { get; }

    /// <summary>This process's counts, which others see from <see cref="ClaimSlot"/> on.</summary>
    public TableCounters Counters { get; } = new();

    /// <summary>The number that the table's master page has, too.</summary>
    public long TableId => Header.TableId;

    /// <summary>The feed's number; a sidecar that is made anew has another one.</summary>
    public long FeedId => Header.FeedId;

    /// <summary>The number that the table's master page has, too, unless the two files are of different times.</summary>
    public int Generation { get => Header.Generation; set => SharedWord.Store(ref Header.Generation, value); }

    /// <summary>
    /// A number of no other table that is in use: drawn by the first process to come, since a table that was copied together
    /// with its sidecar has the same <see cref="TableId"/>.
    /// </summary>
    public long Instance => Header.Instance;

    /// <summary>This process's slot, after <see cref="ClaimSlot"/>.</summary>
    public int Slot { get; private set; } = -1;

    /// <summary>The lock word, whole and in parts, and what its owner stores with it.</summary>
    public ref LockState Lock => ref _header.Value.Lock;

    /// <summary>The lock word: the owner's slot + 1, or 0, and maybe the sleepers' bit.</summary>
    public ref int LockWord => ref _header.Value.Lock.Word;

    /// <summary>The slot of the lock's owner, who may be dead; null while the lock is free.</summary>
    public int? OwnerSlot => LockState.OwnerIn(Volatile.Read(ref LockWord)) is not 0 and var owner ? owner - 1 : null;

    /// <summary>Not 0 while the holder of the lock may have unfinished business.</summary>
    public ref int Mark => ref _header.Value.Lock.Mark;

    /// <summary>How often the lock was acquired.</summary>
    public ref long Epoch => ref _header.Value.Lock.Epoch;

    /// <summary>
    /// Which owner may modify the table, if it has owners: docs/Sharding.md, "A removed owner stores nothing". Any number may be
    /// there; it is only compared. A new sidecar has one of its own. The store is made under the lock, or before anybody sees the
    /// sidecar; dying right after it leaves a table without an owner.
    /// </summary>
    public long OwnerEpoch
    {
        get => Volatile.Read(ref Header.OwnerEpoch);
        set => SharedWord.Store(ref Header.OwnerEpoch, value);
    }

    /// <summary>Whether the last process to leave left the table in order, and on its device.</summary>
    public bool IsClean { get => Header.IsClean; set => SharedWord.Store(ref Header.Clean, value ? 1 : 0); }

    /// <summary>Whether the machine has not been restarted since the sidecar was last in use.</summary>
    public bool IsOfThisBoot => Boot.Id is { } boot && Header.BootId == boot;

    /// <summary>Takes a free slot for this process.</summary>
    /// <exception cref="InvalidTableOperationException">All slots are taken.</exception>
    public void ClaimSlot()
    {
        for (int slot = 0; slot < SidecarLayout.MaxSlots; slot++)
        {
            if (TryLockLife(slot))
            {
                Slot = slot;
                Waits.ReleaseAllOf(slot);
                if (slot < SidecarLayout.SlotsWithCounters)
                    Counters.ShareIn(Block, SidecarLayout.CountersOf(slot));
                return;
            }
        }

        throw new InvalidTableOperationException($"{Path}: {SidecarLayout.MaxSlots} processes use the table already");
    }

    /// <summary>What the process in a slot has counted, by <see cref="Counter"/>; null for slots without counters.</summary>
    public long[]? ReadCounters(int slot) =>
        slot < SidecarLayout.SlotsWithCounters ? TableCounters.Read(Block, SidecarLayout.CountersOf(slot)) : null;

    /// <summary>The process in a slot, or the last one that was; null where that can't be told.</summary>
    public (int ProcessId, DateTimeOffset Since)? OwnerOf(int slot) =>
        slot is >= 0 and < SidecarLayout.SlotsWithCounters ? TableCounters.ReadOwner(Block, SidecarLayout.CountersOf(slot)) : null;

    /// <summary>Whether no other process has a slot; only while none can claim one.</summary>
    public bool IsAlone()
    {
        // Tested by locking the bytes on either side of one's own.
        return CanLockLives(0, Slot) && CanLockLives(Slot + 1, SidecarLayout.MaxSlots - Slot - 1);
    }

    /// <summary>Whether a process has a slot, for one who has none; only while none can claim one.</summary>
    public bool IsInUse() => !CanLockLives(0, SidecarLayout.MaxSlots);

    /// <summary>Locks the life byte of a slot whose process is dead; false when it lives.</summary>
    public bool TryLockLife(int slot)
    {
        if (LockLife(FaultPoint.LockLife, slot, 1, Libc.F_WRLCK) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EACCES ? false : throw SystemError.Last("lock", Path);
    }

    /// <summary>Gives the life byte of a dead slot back.</summary>
    public void UnlockLife(int slot) => _ = LockLife(FaultPoint.UnlockLife, slot, 1, Libc.F_UNLCK); // Unlocking what is locked can't fail.

    /// <summary>Makes this process the one that publishes the table's changes, unless there is one.</summary>
    public bool TryBecomePublisher()
    {
        using (Uninterrupted.Enter(_publishing))
        {
            // The kernel would give the lock to the same open file twice.
            if (_isPublisher || _isDisposed || !TryLockLife(SidecarLayout.PublisherSlot))
                return false;
            return _isPublisher = true;
        }
    }

    /// <summary>Lets another process become the publisher.</summary>
    public void ResignAsPublisher()
    {
        using (Uninterrupted.Enter(_publishing))
        {
            _isPublisher = false;
            if (!_isDisposed) // Else the kernel has freed it, and the descriptor may be another file's by now.
                UnlockLife(SidecarLayout.PublisherSlot);
        }
    }

    /// <summary>Begins anew as the only process: nobody who wrote the words is alive.</summary>
    public void BeginInstance()
    {
        Seam.Reached(SeamKind.Store);
        Header.BootId = Boot.Id ?? default;
        SharedWord.Store(ref Header.Instance, Random.Shared.NextInt64());
    }

    /// <summary>Takes turns with other processes that may not write the table's file, and so share the creation lock.</summary>
    public void TakeReadersTurn(Deadline deadline, string name)
    {
        while (!TryLockLife(SidecarLayout.ReadersTurnSlot))
        {
            if (deadline.HasPassed)
                throw new LockTimeoutException($"{name}: another process was opening or closing it until the deadline");
            Seam.Waiting(FaultPoint.WaitForReadersTurn);
            Thread.Sleep(1); // It is held for the time of an opening, by processes that may only look.
        }
    }

    /// <summary>Lets the next one have its turn.</summary>
    public void EndReadersTurn() => UnlockLife(SidecarLayout.ReadersTurnSlot);

    /// <summary>Closes the file, and with it gives the slot back; late readers find that they were disturbed.</summary>
    public void Dispose()
    {
        _ = Block.TryRetire(SidecarLayout.SequencesOffset, SidecarLayout.SequenceCount);
        using (Uninterrupted.Enter(_publishing))
        {
            _isDisposed = true;

            // The locks belong to the open file, which memory that could not be let go of keeps open.
            var all = new Libc.Flock
            {
                Type = Libc.F_UNLCK,
                Start = SidecarLayout.FirstLifeByte + SidecarLayout.ReadersTurnSlot,
                Length = SidecarLayout.MaxSlots - SidecarLayout.ReadersTurnSlot,
            };
            _ = Libc.RecordLock(FaultPoint.UnlockAllLives, File, Libc.F_OFD_SETLK, ref all);
            File.Dispose();
        }
    }

    private ref SidecarHeader Header => ref _header.Value;

    private bool CanLockLives(int first, int count)
    {
        if (count == 0)
            return true;
        if (LockLife(FaultPoint.ProbeLives, first, count, Libc.F_WRLCK) != 0)
        {
            return Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EACCES
                ? false
                : throw SystemError.Last("examine the locks of", Path);
        }

        _ = LockLife(FaultPoint.EndProbeOfLives, first, count, Libc.F_UNLCK);
        return true;
    }

    private int LockLife(FaultPoint at, int firstSlot, int count, short type)
    {
        Seam.Reached(SeamKind.Store);
        var range = new Libc.Flock { Type = type, Start = SidecarLayout.FirstLifeByte + firstSlot, Length = count };
        return Libc.RecordLock(at, File, Libc.F_OFD_SETLK, ref range);
    }
}
