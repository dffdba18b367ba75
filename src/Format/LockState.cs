namespace Netshm.Format;

/// <summary>The lock word in a sidecar, and what its owner stores with it; docs/FileFormat.md, "Sidecar".</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct LockState
{
    /// <summary>The bit of the word that is set while somebody may sleep.</summary>
    public const int SleepersBit = unchecked((int)0x8000_0000);

    /// <summary>The owner's slot + 1, or 0, and maybe the sleepers' bit.</summary>
    [FieldOffset(0)] public int Word;

    /// <summary>The part of the word that tells the owner.</summary>
    [FieldOffset(0)] public ushort Owner;

    /// <summary>The part of the word that has the sleepers' bit, and nothing else.</summary>
    [FieldOffset(3)] public byte Sleepers;

    /// <summary>Not 0 while the owner may have unfinished business.</summary>
    [FieldOffset(4)] public int Mark;

    /// <summary>How often the lock was acquired.</summary>
    [FieldOffset(8)] public long Epoch;

    /// <summary>The owner that a word tells: its slot + 1, or 0. Any number may be there.</summary>
    public static int OwnerIn(int word) => word & ~SleepersBit;
}
