namespace Netshm.Format;

/// <summary>Where a thread that holds the table says what it waits for; docs/FileFormat.md, "Sidecar".</summary>
[StructLayout(LayoutKind.Explicit, Size = LengthInBytes)]
internal struct WaitEntry
{
    public const int LengthInBytes = AwaitedOffset + (MaxAwaited * 4 * sizeof(long));

    /// <summary>How many of them a sidecar has.</summary>
    public const int EntryCount = 32;

    /// <summary>How many locks an entry can list; what is further behind is not seen.</summary>
    public const int MaxAwaited = 8;

    private const int AwaitedOffset = 16;

    /// <summary>The slot of the process that it belongs to + 1; 0 while it is free.</summary>
    [FieldOffset(0)] public int Owner;

    /// <summary>How many locks it lists.</summary>
    [FieldOffset(4)] public int Count;

    /// <summary>Odd while it is being written.</summary>
    [FieldOffset(8)] public long Version;

    /// <summary>The locks.</summary>
    [FieldOffset(AwaitedOffset)] public AwaitedLocks Awaited;

    /// <summary>How many locks can be read, whatever the count says.</summary>
    public readonly int ValidCount => Math.Clamp(Count, 0, MaxAwaited);

    /// <summary>Room for the locks of one entry.</summary>
    [InlineArray(MaxAwaited)]
    public struct AwaitedLocks
    {
        private AwaitedLock _first;
    }
}
