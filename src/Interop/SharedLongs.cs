namespace Netshm.Interop;

/// <summary>A run of 64-bit words in a block of shared memory, each of which is read and stored as a whole.</summary>
internal readonly unsafe struct SharedLongs(MappedBlock block, int offsetInBytes, int count)
{
    private readonly long* _first = (long*)Unsafe.AsPointer(ref block.Span<long>(offsetInBytes, count)[0]);
    private readonly int _count = count;
    private readonly MappedBlock _block = block;

    /// <summary>The first word; there is at least one.</summary>
    public long First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Seam.Reached(SeamKind.Load);
            return Volatile.Read(ref *_first);
        }
    }

    /// <summary>A word; stores to it are seen after all earlier ones, loads are made before all later ones.</summary>
    public long this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Seam.Reached(SeamKind.Load);

            // SAFETY: the index is checked, and the block stays mapped as long as this refers to it.
            if ((uint)index >= (uint)_count)
                ThrowOutOfRange();
            return Volatile.Read(ref _first[index]);
        }

        set
        {
            if ((uint)index >= (uint)_count)
                ThrowOutOfRange();
            SharedWord.Store(ref _first[index], value);
            GC.KeepAlive(_block);
        }
    }

    /// <summary>Adds to a word that nobody else stores to meanwhile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int index, long number)
    {
        if ((uint)index >= (uint)_count)
            ThrowOutOfRange();
        ref long word = ref _first[index];
        SharedWord.Store(ref word, word + number);
        GC.KeepAlive(_block);
    }

    /// <summary>Adds 1 to a word that several threads may store to.</summary>
    public void Increment(int index)
    {
        if ((uint)index >= (uint)_count)
            ThrowOutOfRange();
        Seam.Reached(SeamKind.Store);
        Interlocked.Increment(ref _first[index]);
        GC.KeepAlive(_block);
    }

    /// <summary>Where a word is, for those that load it twice; as long as the block stays mapped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly long At(int index)
    {
        if ((uint)index >= (uint)_count)
            ThrowOutOfRange();
        return ref _first[index];
    }

    /// <summary>Loads a word before everything that is loaded later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Load(ref readonly long word)
    {
        Seam.Reached(SeamKind.Load);
        return Volatile.Read(in word);
    }

    private static void ThrowOutOfRange() => throw new ArgumentOutOfRangeException("index");
}
