using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

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
    private const int Version = 1;
    private const int LengthInBytes = 1 << 20;
    private const int VersionOffset = 8, TableIdOffset = 16, DeviceOffset = 24, InodeOffset = 32, BootIdOffset = 40,
        BootIdLength = 16, IsCleanOffset = 56;
    private const int MarkOffset = LockWordOffset + 4, EpochOffset = LockWordOffset + 8;
    private const int WaitsOffset = 256;
    private const int CountersOffset = SequencesOffset + ReadSequences.LengthInBytes;
    private const int JournalOffset = 24 << 10;

    /// <summary>Processes in later slots count for themselves only; slots are given out from the first one on.</summary>
    private const int SlotsWithCounters = (JournalOffset - CountersOffset) / TableCounters.LengthInBytes;

    /// <summary>The byte whose lock is the proof of life of slot 0; no byte of the file is so far out.</summary>
    public const long FirstLifeByte = 1L << 62;

    private readonly int _descriptor;
    private readonly string _path;

    private Sidecar(int descriptor, string path)
    {
        _descriptor = descriptor;
        _path = path;
        Block = MappedBlock.OfFile(descriptor, LengthInBytes, path);
        Sequences = new ReadSequences(Block, SequencesOffset);
        Waits = new WaitEntries(Block, WaitsOffset);
    }

    public MappedBlock Block { get; }

    public ReadSequences Sequences { get; }

    /// <summary>Where the undo journal lies, and how long it is.</summary>
    public static (int OffsetInBytes, int LengthInBytes) JournalRange => (JournalOffset, LengthInBytes - JournalOffset);

    /// <summary>What those who hold the table wait for.</summary>
    public WaitEntries Waits { get; }

    /// <summary>This process's counts, which others see from <see cref="ClaimSlot"/> on.</summary>
    public TableCounters Counters { get; } = new();

    /// <summary>The number that the table's master page has, too.</summary>
    public long TableId => Block.At<long>(TableIdOffset);

    /// <summary>This process's slot, after <see cref="ClaimSlot"/>.</summary>
    public int Slot { get; private set; } = -1;

    /// <summary>The lock word: 0, or the owner's slot + 1 and maybe the sleepers' bit.</summary>
    public ref int LockWord => ref Block.At<int>(LockWordOffset);

    /// <summary>The slot of the lock's owner, who may be dead; null while the lock is free.</summary>
    public int? OwnerSlot => (Volatile.Read(ref LockWord) & ~FutexLock.SleepersBit) is not 0 and var word ? word - 1 : null;

    /// <summary>Not 0 while the holder of the lock may have unfinished business.</summary>
    public ref int Mark => ref Block.At<int>(MarkOffset);

    /// <summary>How often the lock was acquired.</summary>
    public ref long Epoch => ref Block.At<long>(EpochOffset);

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
    /// <param name="table">The table's identity.</param>
    /// <param name="tableId">The number in the table's master page.</param>
    /// <returns>Null when there is none, or one of another table.</returns>
    /// <exception cref="InvalidTableOperationException">It is of another version of this library.</exception>
    /// <exception cref="UnauthorizedAccessException">The permissions do not allow it.</exception>
    /// <exception cref="IOException">It is no regular file, or has other names: it was planted.</exception>
    public static Sidecar? TryOpen(string path, FileIdentity table, long tableId)
    {
        int descriptor = Libc.Open(path, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() == Libc.ENOENT ? null : throw SystemError.Last("open", path);
        Sidecar? opened = null;
        bool isRight = false;
        try
        {
            if (!IsSound(descriptor, path))
                return null;
            opened = new Sidecar(descriptor, path);
            isRight = opened.IsOf(table, tableId);
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

    /// <summary>Makes a new sidecar; one of another table that lies there goes.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="table">The table's identity.</param>
    /// <param name="tableId">The number in the table's master page.</param>
    /// <param name="permissions">Those of the table.</param>
    /// <exception cref="OutOfSpaceException">There is no room for it.</exception>
    public static Sidecar Create(string path, FileIdentity table, long tableId, UnixFileMode permissions)
    {
        Seam.Reached(SeamKind.Store);
        _ = Libc.Unlink(path); // One of another table, if any: its room may be needed.
        string draft = string.Create(CultureInfo.InvariantCulture, $"{path}.{RandomNumberGenerator.GetHexString(12)}");
        const int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC;
        int descriptor = Libc.Open(draft, flags | Libc.O_NOFOLLOW, (int)permissions);
        if (descriptor < 0)
            throw SystemError.Last("create", draft);
        Sidecar? made = null;
        try
        {
            if (Libc.ChangeMode(descriptor, (int)permissions) != 0)
                throw SystemError.Last("change the permissions of", draft);
            FileSpace.Allocate(descriptor, 0, LengthInBytes, draft);
            made = new Sidecar(descriptor, path);
            made.Block.At<long>(0) = Magic;
            made.Block.At<int>(VersionOffset) = Version;
            made.Block.At<long>(TableIdOffset) = tableId;
            made.Block.At<long>(DeviceOffset) = DeviceOf(table);
            made.Block.At<long>(InodeOffset) = (long)table.Inode;

            // Nobody sees it before it is complete. Dying before this leaves the draft.
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
        _ = Libc.Close(_descriptor);
    }

    private static Guid BootId() =>
        Guid.Parse(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), CultureInfo.InvariantCulture);

    private static int CountersOf(int slot) => CountersOffset + (slot * TableCounters.LengthInBytes);

    private static long DeviceOf(FileIdentity table) => ((long)table.DeviceMajor << 32) | table.DeviceMinor;

    /// <summary>Whether a file can be a sidecar.</summary>
    /// <exception cref="IOException">It is something that this library never makes, so somebody else has put it there.</exception>
    private static bool IsSound(int descriptor, string path)
    {
        if (Libc.Stat(descriptor, out Libc.Status status) != 0)
            throw SystemError.Last("examine", path);
        if (!status.IsRegularFile || status.Links > 1)
        {
            throw new IOException(
                $"cannot use {path} as a sidecar: it is not a regular file, or has {status.Links} names; expected 1");
        }

        return status.LengthInBytes == LengthInBytes && (long)status.Blocks512 * 512 >= LengthInBytes;
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
