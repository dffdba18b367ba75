namespace Netshm.Storage;

/// <summary>
/// How far a rehash got that is done a few cells at a time: in the sidecar, for all processes, or else for this one alone.
/// </summary>
/// <remarks>
/// docs/Locking.md, "Rehash". Each number is stored together with its complement in one store, so that what something
/// else left there is not taken for progress. Only the holder of the write lock stores.
/// </remarks>
/// <param name="block">The sidecar, or null.</param>
/// <param name="offsetInBytes">Where the numbers lie in it.</param>
internal sealed class RehashProgress(MappedBlock? block, int offsetInBytes)
{
    private const int NextCellIndex = 0, LaidOutIndex = 1, BlankEndIndex = 2, WordCount = 3;

    /// <summary>Keeps the numbers of one phase from being taken for those of another one; any odd number would do.</summary>
    private const int PhaseFactor = unchecked((int)0x9E37_79B9);

    private readonly long[] _own = new long[WordCount];

    /// <summary>Whether the other numbers are about the rehash that is under way.</summary>
    public bool IsKnown => Decode(LaidOutIndex, tag: 0) is not null;

    /// <summary>How many cells are claimed in the new layout; dying may leave it too high, never too low.</summary>
    public int LaidOut { get => Decode(LaidOutIndex, tag: 0) ?? 0; set => Encode(LaidOutIndex, value, tag: 0); }

    /// <summary>Up to which page the file is known to be zero from the end of the table on.</summary>
    public int BlankEnd { get => Decode(BlankEndIndex, tag: 0) ?? 0; set => Encode(BlankEndIndex, value, tag: 0); }

    /// <summary>The first cell that a phase has not been through; 0 when the phase has just begun.</summary>
    public int NextCellIn(RehashPhase phase) => Decode(NextCellIndex, TagOf(phase)) ?? 0;

    /// <summary>Says that a phase has been through all cells before this one.</summary>
    public void SetNextCell(RehashPhase phase, int cell) => Encode(NextCellIndex, cell, TagOf(phase));

    /// <summary>To be called before a rehash begins, or begins again: nothing is laid out.</summary>
    public void Begin()
    {
        Store(NextCellIndex, 0);
        LaidOut = 0;
    }

    /// <summary>To be called when somebody else may have modified the table.</summary>
    public void Forget()
    {
        for (int index = 0; index < WordCount; index++)
            Store(index, 0);
    }

    private static int TagOf(RehashPhase phase) => unchecked((int)phase * PhaseFactor);

    private ref long At(int index)
    {
        if (block is null)
            return ref _own[index];
        return ref block.At<long>(offsetInBytes + (index * sizeof(long)));
    }

    private int? Decode(int index, int tag)
    {
        long word = Volatile.Read(ref At(index));
        int value = (int)word;
        return value >= 0 && (int)(word >> 32) == (~value ^ tag) ? value : null;
    }

    private void Encode(int index, int value, int tag) => Store(index, ((long)(~value ^ tag) << 32) | (uint)value);

    private void Store(int index, long word) => SharedWord.Store(ref At(index), word);
}
