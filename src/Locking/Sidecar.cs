using System.Runtime.InteropServices;

namespace Netshm;

/// <summary>The file beside a table that holds what futex locking needs; docs/FileFormat.md, "Sidecar".</summary>
/// <remarks>
/// It is mapped once, with all the address space that it may come to need. Its descriptor is private to this object, for
/// the life locks on it belong to the open file: no close elsewhere in the process drops them.
/// <see cref="SidecarFile"/> finds and makes it.
/// </remarks>
internal sealed class Sidecar : IDisposable
{
    /// <summary>How many processes can use a table at the same time.</summary>
    public const int MaxSlots = 4096;

    public const int LockWordOffset = 64, SequencesOffset = 12 << 10;

    private const int TableIdOffset = SidecarHeader.TableIdOffset, GenerationOffset = SidecarHeader.GenerationOffset,
        IsCleanOffset = SidecarHeader.IsCleanOffset, BootIdOffset = 32, BootIdLength = 16, InstanceOffset = 80,
        OwnerEpochOffset = 96;
    private const int RehashOffset = 128;
    private const int WaitsOffset = 256;
    private const int CountersOffset = SequencesOffset + ReadSequences.LengthInBytes;
    private const int FeedOffset = 24 << 10;

    /// <summary>Processes in later slots count for themselves only; slots are given out from the first one on.</summary>
    private const int SlotsWithCounters = (FeedOffset - CountersOffset) / TableCounters.LengthInBytes;

    /// <summary>The byte whose lock is the proof of life of slot 0; no byte of the file is so far out.</summary>
    public const long FirstLifeByte = 1L << 62;

    /// <summary>The place of the publisher's lock; not right beside a life byte, so that the kernel lists it by itself.</summary>
    private const int PublisherSlot = -2;

    /// <summary>The place of the lock that processes hold while they come or go, which opened the table for reading only.</summary>
    private const int ReadersTurnSlot = -4;

    private readonly object _publishing = new();
    private readonly FileHandle _file;
    private readonly string _path;
    private readonly SharedPlace<LockState> _lock;
    private bool _isPublisher;
    private bool _isDisposed;

    /// <param name="file">The open file, which this object closes.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="changeCapacity">How many changes its feed holds; 0 for none.</param>
    public Sidecar(FileHandle file, string path, int changeCapacity)
    {
        _file = file;
        _path = path;
        int journal = JournalOffset(changeCapacity);
        Block = MappedBlock.OfFile(file, MaxLengthFor(changeCapacity), path);
        _lock = new SharedPlace<LockState>(Block, LockWordOffset);
        Journal = new JournalSpace(Block, journal, file, path);
        Changes = changeCapacity == 0 ? null : new ChangeRing(Block, FeedOffset, changeCapacity);
        Sequences = new ReadSequences(Block, SequencesOffset);
        Rehash = new RehashProgress(Block, RehashOffset);
        Waits = new WaitEntries(Block, WaitsOffset);
    }

    public MappedBlock Block { get; }

    public ReadSequences Sequences { get; }

    /// <summary>Where the undo journal lies.</summary>
    public JournalSpace Journal { get; }

    /// <summary>The table's change feed; null when it has none.</summary>
    public ChangeRing? Changes { get; }

    /// <summary>How far the table's rehash got, if one is under way.</summary>
    public RehashProgress Rehash { get; }

    /// <summary>What those who hold the table wait for.</summary>
    public WaitEntries Waits { get; }

    /// <summary>This process's counts, which others see from <see cref="ClaimSlot"/> on.</summary>
    public TableCounters Counters { get; } = new();

    /// <summary>The number that the table's master page has, too.</summary>
    public long TableId => Block.At<long>(TableIdOffset);

    /// <summary>The feed's number; a sidecar that is made anew has another one.</summary>
    public long FeedId => Block.At<long>(SidecarHeader.FeedIdOffset);

    /// <summary>The number that the table's master page has, too, unless the two files are of different times.</summary>
    public int Generation
    {
        get => Block.At<int>(GenerationOffset);
        set => SharedWord.Store(ref Block.At<int>(GenerationOffset), value);
    }

    /// <summary>
    /// A number of no other table that is in use: drawn by the first process to come, since a table that was copied together
    /// with its sidecar has the same <see cref="TableId"/>.
    /// </summary>
    public long Instance => Block.At<long>(InstanceOffset);

    /// <summary>This process's slot, after <see cref="ClaimSlot"/>.</summary>
    public int Slot { get; private set; } = -1;

    /// <summary>The lock word, whole and in parts, and what its owner stores with it.</summary>
    public ref LockState Lock => ref _lock.Value;

    /// <summary>The lock word: the owner's slot + 1, or 0, and maybe the sleepers' bit.</summary>
    public ref int LockWord => ref _lock.Value.Word;

    /// <summary>The slot of the lock's owner, who may be dead; null while the lock is free.</summary>
    public int? OwnerSlot => FutexLock.OwnerIn(Volatile.Read(ref LockWord)) is not 0 and var owner ? owner - 1 : null;

    /// <summary>Not 0 while the holder of the lock may have unfinished business.</summary>
    public ref int Mark => ref _lock.Value.Mark;

    /// <summary>How often the lock was acquired.</summary>
    public ref long Epoch => ref _lock.Value.Epoch;

    /// <summary>
    /// Which owner may modify the table, if it has owners: docs/Sharding.md, "A removed owner stores nothing". Any number may be
    /// there; it is only compared. A new sidecar has one of its own. The store is made under the lock, or before anybody sees the
    /// sidecar; dying right after it leaves a table without an owner.
    /// </summary>
    public long OwnerEpoch
    {
        get => Volatile.Read(ref Block.At<long>(OwnerEpochOffset));
        set => SharedWord.Store(ref Block.At<long>(OwnerEpochOffset), value);
    }

    /// <summary>Whether the last process to leave left the table in order, and on its device.</summary>
    public bool IsClean
    {
        get => Block.At<int>(IsCleanOffset) != 0;
        set => SharedWord.Store(ref Block.At<int>(IsCleanOffset), value ? 1 : 0);
    }

    /// <summary>Whether the machine has not been restarted since the sidecar was last in use.</summary>
    public bool IsOfThisBoot => Boot.Id is { } boot && Block.Span<byte>(BootIdOffset, BootIdLength).SequenceEqual(boot);

    /// <summary>Takes a free slot for this process.</summary>
    /// <exception cref="InvalidTableOperationException">All slots are taken.</exception>
    public void ClaimSlot()
    {
        for (int slot = 0; slot < MaxSlots; slot++)
        {
            if (TryLockLife(slot))
            {
                Slot = slot;
                Waits.ReleaseAllOf(slot);
                if (slot < SlotsWithCounters)
                    Counters.ShareIn(Block, CountersOf(slot));
                return;
            }
        }

        throw new InvalidTableOperationException($"{_path}: {MaxSlots} processes use the table already");
    }

    /// <summary>What the process in a slot has counted, by <see cref="Counter"/>; null for slots without counters.</summary>
    public long[]? ReadCounters(int slot) =>
        slot < SlotsWithCounters ? TableCounters.Read(Block, CountersOf(slot)) : null;

    /// <summary>The process in a slot, or the last one that was; null where that can't be told.</summary>
    public (int ProcessId, DateTimeOffset Since)? OwnerOf(int slot) =>
        slot is >= 0 and < SlotsWithCounters ? TableCounters.ReadOwner(Block, CountersOf(slot)) : null;

    /// <summary>Whether no other process has a slot; only while none can claim one.</summary>
    public bool IsAlone()
    {
        // Tested by locking the bytes on either side of one's own.
        return CanLockLives(0, Slot) && CanLockLives(Slot + 1, MaxSlots - Slot - 1);
    }

    /// <summary>Whether a process has a slot, for one who has none; only while none can claim one.</summary>
    public bool IsInUse() => !CanLockLives(0, MaxSlots);

    /// <summary>Locks the life byte of a slot whose process is dead; false when it lives.</summary>
    public bool TryLockLife(int slot)
    {
        if (LockLife(FaultPoint.LockLife, slot, 1, Libc.F_WRLCK) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EACCES ? false : throw SystemError.Last("lock", _path);
    }

    /// <summary>Gives the life byte of a dead slot back.</summary>
    public void UnlockLife(int slot) => _ = LockLife(FaultPoint.UnlockLife, slot, 1, Libc.F_UNLCK); // Unlocking what is locked can't fail.

    /// <summary>Makes this process the one that publishes the table's changes, unless there is one.</summary>
    public bool TryBecomePublisher()
    {
        using (Uninterrupted.Enter(_publishing))
        {
            // The kernel would give the lock to the same open file twice.
            if (_isPublisher || _isDisposed || !TryLockLife(PublisherSlot))
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
                UnlockLife(PublisherSlot);
        }
    }

    /// <summary>Begins anew as the only process: nobody who wrote the words is alive.</summary>
    public void BeginInstance()
    {
        Seam.Reached(SeamKind.Store);
        Span<byte> boot = Block.Span<byte>(BootIdOffset, BootIdLength);
        boot.Clear();
        Boot.Id?.CopyTo(boot);
        SharedWord.Store(ref Block.At<long>(InstanceOffset), Random.Shared.NextInt64());
    }

    /// <summary>Takes turns with other processes that may not write the table's file, and so share the creation lock.</summary>
    public void TakeReadersTurn(Deadline deadline, string name)
    {
        while (!TryLockLife(ReadersTurnSlot))
        {
            if (deadline.HasPassed)
                throw new LockTimeoutException($"{name}: another process was opening or closing it until the deadline");
            Seam.Waiting(FaultPoint.WaitForReadersTurn);
            Thread.Sleep(1); // It is held for the time of an opening, by processes that may only look.
        }
    }

    /// <summary>Lets the next one have its turn.</summary>
    public void EndReadersTurn() => UnlockLife(ReadersTurnSlot);

    /// <summary>Closes the file, and with it gives the slot back; late readers find that they were disturbed.</summary>
    public void Dispose()
    {
        _ = Sequences.TryRetire();
        using (Uninterrupted.Enter(_publishing))
        {
            _isDisposed = true;

            // The locks belong to the open file, which memory that could not be let go of keeps open.
            var all = new Libc.Flock
            {
                Type = Libc.F_UNLCK,
                Start = FirstLifeByte + ReadersTurnSlot,
                Length = MaxSlots - ReadersTurnSlot,
            };
            _ = Libc.RecordLock(FaultPoint.UnlockAllLives, _file, Libc.F_OFD_SETLK, ref all);
            _file.Dispose();
        }
    }

    private static int CountersOf(int slot) => CountersOffset + (slot * TableCounters.LengthInBytes);

    /// <summary>How long a new sidecar is.</summary>
    public static long FirstLengthFor(int changeCapacity) =>
        (long)JournalOffset(changeCapacity) + JournalSpace.FirstLengthInBytes;

    /// <summary>How long a sidecar can become.</summary>
    public static long MaxLengthFor(int changeCapacity) =>
        (long)JournalOffset(changeCapacity) + JournalSpace.MaxLengthInBytes;

    /// <summary>Where the journal begins: behind the feed, on a page of its own.</summary>
    public static int JournalOffset(int changeCapacity)
    {
        const int pageMask = 4095;
        return changeCapacity == 0
            ? FeedOffset
            : (FeedOffset + ChangeRing.LengthInBytes(changeCapacity) + pageMask) & ~pageMask;
    }

    private bool CanLockLives(int first, int count)
    {
        if (count == 0)
            return true;
        if (LockLife(FaultPoint.ProbeLives, first, count, Libc.F_WRLCK) != 0)
        {
            return Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EACCES
                ? false
                : throw SystemError.Last("examine the locks of", _path);
        }

        _ = LockLife(FaultPoint.EndProbeOfLives, first, count, Libc.F_UNLCK);
        return true;
    }

    private int LockLife(FaultPoint at, int firstSlot, int count, short type)
    {
        Seam.Reached(SeamKind.Store);
        var range = new Libc.Flock { Type = type, Start = FirstLifeByte + firstSlot, Length = count };
        return Libc.RecordLock(at, _file, Libc.F_OFD_SETLK, ref range);
    }
}
