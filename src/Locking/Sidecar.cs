using System.Globalization;
using System.Runtime.InteropServices;

namespace Netshm;

/// <summary>The file beside a table that holds what futex locking needs; docs/FileFormat.md, "Sidecar".</summary>
/// <remarks>
/// It is mapped once. Its descriptor is private to this object, for the life locks on it belong to the open file: no
/// close elsewhere in the process drops them.
/// </remarks>
internal sealed class Sidecar : IDisposable
{
    /// <summary>How many processes can use a table at the same time.</summary>
    public const int MaxSlots = 4096;

    public const int LockWordOffset = 64, SequencesOffset = 12 << 10;

    private const long Magic = 0x43_53_4D_48_53_54_45_4E; // "NETSHMSC"
    private const int Version = 3;
    private const int LengthWithoutFeed = 1 << 20;
    private const int VersionOffset = 8, TableIdOffset = 16, DeviceOffset = 24, InodeOffset = 32, BootIdOffset = 40,
        BootIdLength = 16, IsCleanOffset = 56, OwnerEpochOffset = 96;
    private const int RehashOffset = 128;
    private const int WaitsOffset = 256;
    private const int CountersOffset = SequencesOffset + ReadSequences.LengthInBytes;
    private const int JournalOffset = 24 << 10;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Processes in later slots count for themselves only; slots are given out from the first one on.</summary>
    private const int SlotsWithCounters = (JournalOffset - CountersOffset) / TableCounters.LengthInBytes;

    /// <summary>The byte whose lock is the proof of life of slot 0; no byte of the file is so far out.</summary>
    public const long FirstLifeByte = 1L << 62;

    /// <summary>The place of the publisher's lock; not right beside a life byte, so that the kernel lists it by itself.</summary>
    private const int PublisherSlot = -2;

    private readonly Lock _publishing = new();
    private readonly int _descriptor;
    private readonly string _path;
    private readonly SharedPlace<LockState> _lock;
    private bool _isPublisher;
    private bool _isDisposed;

    private Sidecar(int descriptor, string path, int changeCapacity)
    {
        _descriptor = descriptor;
        _path = path;
        Block = MappedBlock.OfFile(descriptor, LengthFor(changeCapacity), path);
        _lock = new SharedPlace<LockState>(Block, LockWordOffset);
        Changes = changeCapacity == 0 ? null : new ChangeRing(Block, LengthWithoutFeed, changeCapacity);
        Sequences = new ReadSequences(Block, SequencesOffset);
        Rehash = new RehashProgress(Block, RehashOffset);
        Waits = new WaitEntries(Block, WaitsOffset);
    }

    public MappedBlock Block { get; }

    public ReadSequences Sequences { get; }

    /// <summary>Where the undo journal lies, and how long it is.</summary>
    public static (int OffsetInBytes, int LengthInBytes) JournalRange => (JournalOffset, LengthWithoutFeed - JournalOffset);

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
    /// there; it is only compared. The store is made under the lock; dying right after it leaves a table without an owner.
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
    public bool IsOfThisBoot => Block.Span<byte>(BootIdOffset, BootIdLength).SequenceEqual(BootId().ToByteArray());

    /// <summary>Opens the sidecar of a table.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="table">The table's memory.</param>
    /// <param name="tableId">The number in the table's master page.</param>
    /// <returns>Null when there is none, or one of another table.</returns>
    /// <exception cref="InvalidTableOperationException">It is of another version of this library.</exception>
    /// <exception cref="UnauthorizedAccessException">The permissions do not allow it.</exception>
    /// <exception cref="UntrustedFileException">
    /// It is no regular file, has other names, or belongs to somebody who may not modify the table: it was planted.
    /// </exception>
    public static Sidecar? TryOpen(string path, in Libc.Status table, long tableId)
    {
        if (TrustedFile.TryOpen(path, writable: true) is not { } descriptor)
            return null;
        Sidecar? opened = null;
        bool isRight = false;
        try
        {
            if (!IsSound(descriptor, path, table, out int changeCapacity))
                return null;
            opened = new Sidecar(descriptor, path, changeCapacity);
            isRight = opened.IsOf(FileIdentity.Of(table), tableId);
            return isRight ? opened : null;
        }
        finally
        {
            if (opened is null)
                _ = Libc.Close(descriptor);
            else if (!isRight)
                opened.Dispose();
        }
    }

    /// <summary>
    /// Makes a new sidecar; one of another table that lies there goes. To be called under the creation lock.
    /// </summary>
    /// <param name="name">The table's name.</param>
    /// <param name="table">The table's memory, with whose permissions it is made.</param>
    /// <param name="tableId">The number in the table's master page.</param>
    /// <param name="changeCapacity">How many changes its feed holds, a power of two; 0 for none.</param>
    /// <exception cref="OutOfSpaceException">There is no room for it.</exception>
    public static Sidecar Create(SharedMemoryName name, in Libc.Status table, long tableId, int changeCapacity)
    {
        Seam.Reached(SeamKind.Store);
        string path = name.SidecarPath, draft = name.SidecarDraftPath;
        _ = Libc.Unlink(path); // One of another table, if any: its room may be needed.
        _ = Libc.Unlink(draft); // Who died while it made one left it.
        const int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC;
        int descriptor = Libc.Open(draft, flags | Libc.O_NOFOLLOW, (int)OwnerOnly);
        if (descriptor < 0)
            throw SystemError.Last("create", draft);
        Sidecar? made = null;
        try
        {
            ShareAsTable(descriptor, draft, table);
            FileSpace.Allocate(descriptor, 0, LengthFor(changeCapacity), draft);
            made = new Sidecar(descriptor, path, changeCapacity);
            made.Block.At<long>(0) = Magic;
            made.Block.At<int>(VersionOffset) = Version;
            made.Block.At<long>(TableIdOffset) = tableId;
            made.Block.At<long>(DeviceOffset) = DeviceOf(FileIdentity.Of(table));
            made.Block.At<long>(InodeOffset) = (long)table.Inode;

            // Nobody sees it before it is complete. Dying before this leaves the draft to the next one.
            Seam.Reached(SeamKind.Store);
            if (Libc.Rename(draft, path) != 0)
                throw SystemError.Last("rename", draft);
            return made;
        }
        catch
        {
            _ = Libc.Unlink(draft); // The error at hand tells more than one about the clean-up would.
            if (made is null)
                _ = Libc.Close(descriptor);
            made?.Dispose();
            throw;
        }
    }

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
        while (LockLife(slot, 1, Libc.F_WRLCK) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is Libc.EAGAIN or Libc.EACCES)
                return false;
            if (error != Libc.EINTR)
                throw SystemError.From(error, "lock", _path);
        }

        return true;
    }

    /// <summary>Gives the life byte of a dead slot back.</summary>
    public void UnlockLife(int slot) => _ = LockLife(slot, 1, Libc.F_UNLCK); // Unlocking what is locked can't fail.

    /// <summary>Makes this process the one that publishes the table's changes, unless there is one.</summary>
    public bool TryBecomePublisher()
    {
        lock (_publishing)
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
        lock (_publishing)
        {
            _isPublisher = false;
            if (!_isDisposed) // Else the kernel has freed it, and the descriptor may be another file's by now.
                UnlockLife(PublisherSlot);
        }
    }

    /// <summary>Begins anew after the machine was restarted: nobody who wrote the words is alive.</summary>
    public void WriteBootId()
    {
        Seam.Reached(SeamKind.Store);
        BootId().ToByteArray().CopyTo(Block.Span<byte>(BootIdOffset, BootIdLength));
    }

    /// <summary>Closes the descriptor, and with it gives the slot back; late readers find zeros.</summary>
    public void Dispose()
    {
        Block.Retire();
        lock (_publishing)
        {
            _isDisposed = true;
            _ = Libc.Close(_descriptor);
        }
    }

    private static Guid BootId() =>
        Guid.Parse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), CultureInfo.InvariantCulture);

    private static int CountersOf(int slot) => CountersOffset + (slot * TableCounters.LengthInBytes);

    private static int LengthFor(int changeCapacity) =>
        LengthWithoutFeed + (changeCapacity == 0 ? 0 : ChangeRing.LengthInBytes(changeCapacity));

    private static long DeviceOf(FileIdentity table) => ((long)table.DeviceMajor << 32) | table.DeviceMinor;

    /// <summary>Whether a file can be a sidecar, with a feed of the length that its own tells.</summary>
    /// <exception cref="UntrustedFileException">Somebody who may not modify the table has put it there.</exception>
    private static bool IsSound(int descriptor, string path, in Libc.Status table, out int changeCapacity)
    {
        if (Libc.Stat(descriptor, out Libc.Status status) != 0)
            throw SystemError.Last("examine", path);
        TrustedFile.ThrowIfUnfit(path, status);
        TrustedFile.ThrowIfOfStranger(path, status, table);
        long feedLengthInBytes = status.LengthInBytes - LengthWithoutFeed;
        int? capacity = feedLengthInBytes == 0 ? 0 : ChangeRing.CapacityOf(feedLengthInBytes);
        changeCapacity = capacity ?? 0;
        return capacity is not null && (long)status.Blocks512 * 512 >= status.LengthInBytes;
    }

    /// <summary>Gives a file to those who may use the table, as far as this process may do that, and to nobody else.</summary>
    private static void ShareAsTable(int descriptor, string path, in Libc.Status table)
    {
        // Only root may give files away, and only members may give them to a group.
        if (Libc.ChangeOwner(descriptor, (int)table.UserId, (int)table.GroupId) != 0)
            _ = Libc.ChangeOwner(descriptor, -1, (int)table.GroupId);
        if (Libc.ChangeMode(descriptor, (int)table.Permissions) != 0)
            throw SystemError.Last("change the permissions of", path);
    }

    private bool IsOf(FileIdentity table, long tableId)
    {
        if (Block.At<long>(0) != Magic)
            return false;
        int version = Block.At<int>(VersionOffset);
        if (version != Version)
        {
            throw new InvalidTableOperationException(
                $"{_path}: the sidecar has version {version}; this library knows version {Version}");
        }

        return tableId != 0 && TableId == tableId && Block.At<long>(DeviceOffset) == DeviceOf(table)
            && Block.At<long>(InodeOffset) == (long)table.Inode;
    }

    private bool CanLockLives(int first, int count)
    {
        if (count == 0)
            return true;
        if (LockLife(first, count, Libc.F_WRLCK) != 0)
            return false;
        _ = LockLife(first, count, Libc.F_UNLCK);
        return true;
    }

    private int LockLife(int firstSlot, int count, short type)
    {
        Seam.Reached(SeamKind.Store);
        var range = new Libc.Flock { Type = type, Start = FirstLifeByte + firstSlot, Length = count };
        return Libc.RecordLock(_descriptor, Libc.F_OFD_SETLK, ref range);
    }
}
