namespace Netshm.Storage;

/// <summary>
/// One read of a key without a lock, between two looks at its sequence word: what is read counts only if it is valid
/// afterwards. docs/Protocol.md, "Reading without a lock".
/// </summary>
internal readonly ref struct OptimisticRead
{
    private readonly ref readonly long _word;
    private readonly long _sequence;

    /// <summary>Begins.</summary>
    /// <param name="words">The sequence words.</param>
    /// <param name="key">The key.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OptimisticRead(in SharedLongs words, int key)
    {
        _word = ref words.At(ReadSequences.IndexOf(key));
        _sequence = SharedLongs.Load(in _word);
    }

    /// <summary>Goes on with one whose sequence word was loaded before.</summary>
    public OptimisticRead(in SharedLongs words, int key, long sequence)
    {
        _word = ref words.At(ReadSequences.IndexOf(key));
        _sequence = sequence;
    }

    /// <summary>Whether a writer was at work on the key: nothing that is read is going to be valid.</summary>
    public bool MeetsWriter => (_sequence & 1) != 0;

    /// <summary>Whether nothing that concerns the key was modified since the read began, and cells are still where they were.</summary>
    /// <param name="words">The sequence words.</param>
    /// <param name="geometry">Where the cells were.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsValid(in SharedLongs words, HashGeometry geometry)
    {
        // What was copied must have been loaded before the words are.
        Volatile.ReadBarrier();
        return SharedLongs.Load(in _word) == _sequence && words.First == geometry.Structure;
    }
}
