namespace Netshm.Storage;

/// <summary>
/// How far a rehash got that is done a few cells at a time: in the sidecar, for all processes, or else for this one alone.
/// </summary>
/// <remarks>
/// docs/Protocol.md, "Rehash". Each number is one store. Only the holder of the write lock stores.
/// </remarks>
/// <param name="block">The sidecar, or null.</param>
/// <param name="offsetInBytes">Where the numbers lie in it.</param>
internal sealed class RehashProgress(MappedBlock? block, int offsetInBytes)
{
    private RehashWords _own;

    /// <summary>Whether the other numbers are about the rehash that is under way.</summary>
    public bool IsKnown => Decode(ref Words.LaidOut) is not null;

    /// <summary>How many cells are claimed in the new layout; dying may leave it too high, never too low.</summary>
    public int LaidOut
    {
        get => Decode(ref Words.LaidOut) ?? 0;
        set => SharedWord.Store(ref Words.LaidOut, RehashWords.Encode(value));
    }

    /// <summary>Up to which page the file is known to be zero from the end of the table on.</summary>
    public int BlankEnd
    {
        get => Decode(ref Words.BlankEnd) ?? 0;
        set => SharedWord.Store(ref Words.BlankEnd, RehashWords.Encode(value));
    }

    /// <summary>The first cell that a phase has not been through; 0 when the phase has just begun.</summary>
    public int NextCellIn(RehashPhase phase) => Decode(ref Words.NextCell, RehashWords.TagOf(phase)) ?? 0;

    /// <summary>Says that a phase has been through all cells before this one.</summary>
    public void SetNextCell(RehashPhase phase, int cell) =>
        SharedWord.Store(ref Words.NextCell, RehashWords.Encode(cell, RehashWords.TagOf(phase)));

    /// <summary>To be called before a rehash begins, or begins again: nothing is laid out.</summary>
    public void Begin()
    {
        SharedWord.Store(ref Words.NextCell, 0);
        LaidOut = 0;
    }

    /// <summary>To be called when somebody else may have modified the table.</summary>
    public void Forget()
    {
        SharedWord.Store(ref Words.NextCell, 0);
        SharedWord.Store(ref Words.LaidOut, 0);
        SharedWord.Store(ref Words.BlankEnd, 0);
    }

    private ref RehashWords Words => ref block is null ? ref _own : ref block.At<RehashWords>(offsetInBytes);

    private static int? Decode(ref long word, int tag = 0) => RehashWords.Decode(Volatile.Read(ref word), tag);
}
