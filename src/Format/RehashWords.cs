namespace Netshm.Format;

/// <summary>How far a rehash got that is done a few cells at a time; docs/FileFormat.md, "Sidecar".</summary>
/// <remarks>Each number is there with its complement, so that what something else left there is not taken for progress.</remarks>
[StructLayout(LayoutKind.Explicit)]
internal struct RehashWords
{
    /// <summary>Keeps the numbers of one phase from being taken for those of another one; any odd number would do.</summary>
    private const int PhaseFactor = unchecked((int)0x9E37_79B9);

    /// <summary>The first cell that the phase has not been through, tagged with the phase.</summary>
    [FieldOffset(0)] public long NextCell;

    /// <summary>How many cells are claimed in the new layout.</summary>
    [FieldOffset(8)] public long LaidOut;

    /// <summary>Up to which page the file is known to be zero from the end of the table on.</summary>
    [FieldOffset(16)] public long BlankEnd;

    public static int TagOf(RehashPhase phase) => unchecked((int)phase * PhaseFactor);

    public static long Encode(int value, int tag = 0) => ((long)(~value ^ tag) << 32) | (uint)value;

    /// <returns>Null when the word holds no number with this tag.</returns>
    public static int? Decode(long word, int tag = 0) =>
        (int)word >= 0 && (int)(word >> 32) == (~(int)word ^ tag) ? (int)word : null;
}
