namespace Netshm.Format;

/// <summary>The first words of a change feed, before its entries; docs/FileFormat.md, "Sidecar".</summary>
[StructLayout(LayoutKind.Explicit, Size = LengthInBytes)]
internal struct ChangeFeedHeader
{
    public const int LengthInBytes = 128;

    /// <summary>Where <see cref="Head"/> lies, on whose lower half readers sleep.</summary>
    public const int HeadOffset = 0;

    /// <summary>The number of the last change that is committed.</summary>
    [FieldOffset(HeadOffset)] public long Head;

    /// <summary>The number of the last change that is written, and maybe not committed yet.</summary>
    [FieldOffset(8)] public long Pending;

    /// <summary>The latest head over which a reader sleeps, or has slept.</summary>
    [FieldOffset(64)] public long Awaited;
}

/// <summary>A change in a change feed.</summary>
[StructLayout(LayoutKind.Explicit, Size = LengthInBytes)]
internal struct ChangeFeedEntry
{
    public const int LengthInBytes = 16;

    private const int KindBits = 3, KindMask = (1 << KindBits) - 1;

    /// <summary>The change's number and kind; 0 while the entry is being written.</summary>
    [FieldOffset(0)] public long Stamp;

    /// <summary>The key, and in the upper half the value's length or the binding's depth.</summary>
    [FieldOffset(8)] public long Payload;

    public static long StampOf(long number, ChangeKind kind) => (number << KindBits) | (long)kind;

    public static long PayloadOf(int key, int detail) => ((long)detail << 32) | (uint)key;

    /// <summary>The change, if the entry is the one of its number, and no gap.</summary>
    public readonly bool TryDecode(long number, out TableChange change)
    {
        var kind = (ChangeKind)(Stamp & KindMask);
        change = TableChange.Of(number, kind, (int)Payload, (int)(Payload >> 32));
        return Stamp >> KindBits == number && kind is > ChangeKind.Gap and <= ChangeKind.Cleared;
    }
}
