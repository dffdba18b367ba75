using System.Buffers.Binary;

namespace Netshm.Fuzzing.Sidecars;

/// <summary>Where a sidecar has what; docs/FileFormat.md, "Sidecar".</summary>
/// <param name="JournalOffset">Where the journal begins, which depends on the feed.</param>
internal readonly record struct SidecarLayout(int JournalOffset)
{
    public const int MagicOffset = 0, VersionOffset = 8, IdOffset = 16, GenerationOffset = 24, BootIdOffset = 32,
        IsCleanOffset = 48, FeedCapacityOffset = 52, LockWordOffset = 64, MarkOffset = 68, EpochOffset = 72,
        InstanceOffset = 80, RehashOffset = 128;

    public const int WaitsOffset = 256, WaitLengthInBytes = 272, WaitCount = 32;
    public const int SequencesOffset = 12288, SequencesLengthInBytes = 64 + (1024 * 8);
    public const int CountersOffset = SequencesOffset + SequencesLengthInBytes, FeedOffset = 24576;

    /// <summary>The journal's words, one after the other.</summary>
    public const int StateInJournal = 0, CountInJournal = 4, StampInJournal = 20, WordsOfJournal = 6;

    public const int RecordLengthInBytes = 16, MaxJournalInBytes = 1 << 20;

    private const int FeedHeaderInBytes = 128, ChangeInBytes = 16, BlockInBytes = 4096, RecordsInJournal = 64;

    /// <summary>Where the journal's records begin.</summary>
    public int RecordsOffset => JournalOffset + RecordsInJournal;

    /// <summary>The layout of a sound sidecar.</summary>
    public static SidecarLayout Of(ReadOnlySpan<byte> sidecar)
    {
        int changes = IntAt(sidecar, FeedCapacityOffset);
        int end = FeedOffset + (changes == 0 ? 0 : FeedHeaderInBytes + (changes * ChangeInBytes));
        return new SidecarLayout((end + BlockInBytes - 1) / BlockInBytes * BlockInBytes);
    }

    /// <summary>Whether a sidecar's journal has something to be taken back.</summary>
    public bool IsJournalActive(ReadOnlySpan<byte> sidecar) => IntAt(sidecar, JournalOffset + StateInJournal) != 0;

    /// <summary>A number in a sidecar.</summary>
    public static int IntAt(ReadOnlySpan<byte> sidecar, int offset) =>
        BinaryPrimitives.ReadInt32LittleEndian(sidecar[offset..]);
}
