namespace Netshm.Locking;

/// <summary>The part of a sidecar where those who hold the table and wait for another one say so.</summary>
/// <remarks>
/// docs/Protocol.md, "Deadlocks". Each entry belongs to one thread, which alone writes it; its version is odd meanwhile.
/// </remarks>
internal sealed class WaitEntries(MappedBlock block, int offsetInBytes)
{
    /// <summary>Takes a free entry; null when there is none.</summary>
    public int? TryClaim(int slot)
    {
        for (int entry = 0; entry < WaitEntry.EntryCount; entry++)
        {
            if (Interlocked.CompareExchange(ref At(entry).Owner, slot + 1, 0) == 0)
                return entry;
        }

        return null;
    }

    /// <summary>Says what the owner of an entry waits for.</summary>
    public void Write(int entry, ReadOnlySpan<AwaitedLock> awaited)
    {
        ref WaitEntry place = ref At(entry);

        // A thread that dies in between leaves an odd version, and nobody reads the entry any more.
        SharedWord.Store(ref place.Version, place.Version | 1);
        Volatile.WriteBarrier();
        SharedWord.Store(ref place.Count, awaited.Length);
        awaited.CopyTo(place.Awaited);
        SharedWord.Store(ref place.Version, place.Version + 1);
    }

    /// <summary>Gives an entry back.</summary>
    public void Release(int entry)
    {
        Write(entry, []);
        SharedWord.Store(ref At(entry).Owner, 0);
    }

    /// <summary>Gives back what a dead process left; to be called by the one that claims its slot.</summary>
    public void ReleaseAllOf(int slot)
    {
        for (int entry = 0; entry < WaitEntry.EntryCount; entry++)
        {
            if (At(entry).Owner == slot + 1)
                Release(entry);
        }
    }

    /// <summary>Adds what all entries list.</summary>
    public void ReadAll(List<AwaitedLock> awaited)
    {
        Span<AwaitedLock> copy = stackalloc AwaitedLock[WaitEntry.MaxAwaited];
        for (int entry = 0; entry < WaitEntry.EntryCount; entry++)
        {
            ref WaitEntry place = ref At(entry);
            if (Volatile.Read(ref place.Owner) == 0)
                continue;
            long version = Volatile.Read(ref place.Version);
            int count = place.ValidCount;
            ((ReadOnlySpan<AwaitedLock>)place.Awaited)[..count].CopyTo(copy);
            Volatile.ReadBarrier();
            if ((version & 1) == 0 && Volatile.Read(ref place.Version) == version)
                awaited.AddRange(copy[..count]);
        }
    }

    private ref WaitEntry At(int entry) => ref block.At<WaitEntry>(offsetInBytes + (entry * WaitEntry.LengthInBytes));
}
