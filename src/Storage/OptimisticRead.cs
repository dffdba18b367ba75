namespace Netshm.Storage;

/// <summary>
/// One read of a key without a lock, between two looks at its sequence word: what is read counts only if it is valid
/// afterwards. docs/Protocol.md, "Reading without a lock".
/// </summary>
internal readonly ref struct OptimisticRead
{
    private readonly ref readonly long _word;
    private readonly ref readonly long _structure;
    private readonly long _sequence;

    private OptimisticRead(HashGeometry geometry, SharedLongs words, ref readonly long word, long sequence)
    {
        Geometry = geometry;
        _structure = ref words.At(SidecarLayout.StructureIndex);
        _word = ref word;
        _sequence = sequence;
    }

    /// <summary>Where the cells are.</summary>
    public HashGeometry Geometry { get; }

    /// <summary>Whether nothing that concerns the key was modified since the read began.</summary>
    public bool IsValid
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // What was copied must have been loaded before the words are.
            Volatile.ReadBarrier();
            return SharedLongs.Load(in _word) == _sequence && SharedLongs.Load(in _structure) == Geometry.Structure;
        }
    }

    /// <summary>Begins, unless a writer is at work on the key, or it is not known where the cells are.</summary>
    /// <param name="words">The sequence words.</param>
    /// <param name="geometry">Where the cells were; if they have moved, the read is not valid.</param>
    /// <param name="key">The key.</param>
    /// <param name="read">The read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryBegin(SharedLongs words, HashGeometry? geometry, int key, out OptimisticRead read)
    {
        ref readonly long word = ref words.At(ReadSequences.IndexOf(key));
        return TryContinue(words, geometry, in word, SharedLongs.Load(in word), out read);
    }

    /// <summary>Goes on with a read of which the sequence word was loaded before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryContinue(SharedLongs words, HashGeometry? geometry, int key, long sequence, out OptimisticRead read) =>
        TryContinue(words, geometry, in words.At(ReadSequences.IndexOf(key)), sequence, out read);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryContinue(
        SharedLongs words, HashGeometry? geometry, ref readonly long word, long sequence, out OptimisticRead read)
    {
        read = default;
        if (geometry is null || (sequence & 1) != 0)
            return false;
        read = new OptimisticRead(geometry, words, in word, sequence);
        return true;
    }
}
