namespace Netshm.Locking;

/// <summary>A lock that is waited for, somewhere behind a table's holder.</summary>
/// <param name="TableId">The table's number.</param>
/// <param name="Epoch">Which hold of its lock is waited out.</param>
/// <param name="Heartbeat">Goes up as long as the thread that waits for it does.</param>
/// <param name="LargestThread">The largest number of a thread on the way to it.</param>
internal readonly record struct AwaitedLock(long TableId, long Epoch, long Heartbeat, long LargestThread);

/// <summary>The part of a sidecar where those who hold the table and wait for another one say so.</summary>
/// <remarks>
/// docs/Locking.md, "Deadlocks". Each entry belongs to one thread, which alone writes it; its version is odd meanwhile.
/// </remarks>
internal sealed class WaitEntries(MappedBlock block, int offsetInBytes)
{
    /// <summary>How many locks an entry can list; what is further behind is not seen.</summary>
    public const int MaxAwaited = 8;

    private const int EntryCount = 32;
    private const int AwaitedLengthInBytes = 4 * sizeof(long);
    private const int OwnerOffset = 0, CountOffset = 4, VersionOffset = 8, AwaitedOffset = 16;
    private const int EntryLengthInBytes = AwaitedOffset + (MaxAwaited * AwaitedLengthInBytes);

    private readonly MappedBlock _block = block;
    private readonly int _offset = offsetInBytes;

    /// <summary>Takes a free entry; null when there is none.</summary>
    public int? TryClaim(int slot)
    {
        for (int entry = 0; entry < EntryCount; entry++)
        {
            if (Interlocked.CompareExchange(ref Int(entry, OwnerOffset), slot + 1, 0) == 0)
                return entry;
        }

        return null;
    }

    /// <summary>Says what the owner of an entry waits for.</summary>
    public void Write(int entry, ReadOnlySpan<AwaitedLock> awaited)
    {
        ref long version = ref Long(entry, VersionOffset);

        // A thread that dies in between leaves an odd version, and nobody reads the entry any more.
        SharedWord.Store(ref version, version | 1);
        Volatile.WriteBarrier();
        SharedWord.Store(ref Int(entry, CountOffset), awaited.Length);
        awaited.CopyTo(_block.Span<AwaitedLock>(PlaceOf(entry, AwaitedOffset), awaited.Length));
        SharedWord.Store(ref version, version + 1);
    }

    /// <summary>Gives an entry back.</summary>
    public void Release(int entry)
    {
        Write(entry, []);
        SharedWord.Store(ref Int(entry, OwnerOffset), 0);
    }

    /// <summary>Gives back what a dead process left; to be called by the one that claims its slot.</summary>
    public void ReleaseAllOf(int slot)
    {
        for (int entry = 0; entry < EntryCount; entry++)
        {
            if (Int(entry, OwnerOffset) == slot + 1)
                Release(entry);
        }
    }

    /// <summary>Adds what all entries list.</summary>
    public void ReadAll(List<AwaitedLock> awaited)
    {
        Span<AwaitedLock> copy = stackalloc AwaitedLock[MaxAwaited];
        for (int entry = 0; entry < EntryCount; entry++)
        {
            if (Volatile.Read(ref Int(entry, OwnerOffset)) == 0)
                continue;
            long version = Volatile.Read(ref Long(entry, VersionOffset));
            int count = Math.Clamp(Int(entry, CountOffset), 0, MaxAwaited);
            _block.Span<AwaitedLock>(PlaceOf(entry, AwaitedOffset), count).CopyTo(copy);
            Volatile.ReadBarrier();
            if ((version & 1) == 0 && Volatile.Read(ref Long(entry, VersionOffset)) == version)
                awaited.AddRange(copy[..count]);
        }
    }

    private int PlaceOf(int entry, int offset) => _offset + (entry * EntryLengthInBytes) + offset;

    private ref int Int(int entry, int offset) => ref _block.At<int>(PlaceOf(entry, offset));

    private ref long Long(int entry, int offset) => ref _block.At<long>(PlaceOf(entry, offset));
}
