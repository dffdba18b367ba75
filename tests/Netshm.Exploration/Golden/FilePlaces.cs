namespace Netshm.Exploration;

/// <summary>Bytes of a table's files that are not the same in each run.</summary>
/// <param name="Offset">Where they begin.</param>
/// <param name="Length">How many they are.</param>
/// <param name="Why">What they are, by its name in docs/FileFormat.md, and why they differ.</param>
/// <param name="IsTold">Whether a trace says that they were stored, though not what: the same stores come in each run.</param>
internal readonly record struct VaryingBytes(int Offset, int Length, string Why, bool IsTold = true)
{
    public int End => Offset + Length;
}

/// <summary>The places of docs/FileFormat.md that golden traces have to know.</summary>
internal static class FilePlaces
{
    private const int CountersOffset = 20544, CountersLength = 64, SlotsWithCounters = 63, ProcessOffset = 48, ProcessLength = 16;

    /// <summary>Words of the descriptor, which is page 1.</summary>
    private const int TotalPagesWord = 1, RehashPhaseWord = 7;

    /// <summary>The first blocks of a table, of 4096 bytes each.</summary>
    public static int[] UsualBlocksOfTable { get; } = [0, 1];

    /// <summary>Those of the sidecar that have its header, the sequence words, the counters, and the beginnings of feed and journal.</summary>
    public static int[] UsualBlocksOfSidecar { get; } = [0, 3, 4, 5, 6, 7];

    /// <summary>Where the sidecar lies, and where it is made.</summary>
    public const string SidecarSuffix = ".netshm", DraftSuffix = ".netshm.new";

    /// <summary>Those of the table.</summary>
    public static VaryingBytes[] VaryingInTable { get; } = [new(24, 8, "the table's id: a random number")];

    /// <summary>Those of the sidecar, in their order.</summary>
    public static VaryingBytes[] VaryingInSidecar { get; } =
    [
        new(16, 8, "the table's id: a random number"),
        new(32, 16, "boot id: the machine's; a second store changes nothing", IsTold: false),
        new(56, 8, "the feed's number: random"),
        new(80, 8, "instance: a random number"),
        new(96, 8, "owner's epoch: random in a new sidecar"),
        .. Enumerable.Range(0, SlotsWithCounters).Select(slot => new VaryingBytes(
            CountersOffset + (slot * CountersLength) + ProcessOffset, ProcessLength,
            "counters: the process's number, and when it came; two may come in the same millisecond", IsTold: false)),
    ];

    /// <summary>How many pages belong to a table with pages of so many bytes.</summary>
    public static int TotalPagesOffset(int pageSize) => pageSize + (TotalPagesWord * sizeof(int));

    /// <summary>How far a rehash got: 0, or the phase it is in.</summary>
    public static int RehashPhaseOffset(int pageSize) => pageSize + (RehashPhaseWord * sizeof(int));
}
