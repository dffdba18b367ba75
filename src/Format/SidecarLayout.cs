namespace Netshm.Format;

/// <summary>Where the parts of a sidecar lie, in bytes; docs/FileFormat.md, "Sidecar".</summary>
internal static class SidecarLayout
{
    /// <summary>Where the lock word lies, on which processes sleep.</summary>
    public const int LockWordOffset = SidecarHeader.LockOffset;

    /// <summary>The three numbers that tell how far a rehash got.</summary>
    public const int RehashOffset = 128;

    /// <summary>What those who hold the table and wait for another one say.</summary>
    public const int WaitsOffset = 256;

    /// <summary>The words by which readers without a lock find out whether a writer came in between.</summary>
    public const int SequencesOffset = 12 << 10;

    /// <summary>The structure's word, which has a cache line of its own since every reader reads it, and one for each stripe of keys.</summary>
    public const int StructureIndex = 0, FirstStripeIndex = 8, StripeBits = 10;

    public const int SequenceCount = FirstStripeIndex + (1 << StripeBits);

    public const int SequencesLengthInBytes = SequenceCount * sizeof(long);

    /// <summary>What the process in each of the first slots counts.</summary>
    public const int CountersOffset = SequencesOffset + SequencesLengthInBytes;

    /// <summary>How much a process's counts take: a cache line, so that none disturbs another.</summary>
    public const int CountersLengthInBytes = 64;

    /// <summary>Processes in later slots count for themselves only; slots are given out from the first one on.</summary>
    public const int SlotsWithCounters = (FeedOffset - CountersOffset) / CountersLengthInBytes;

    /// <summary>The change feed, if there is one.</summary>
    public const int FeedOffset = 24 << 10;

    /// <summary>How many changes a feed holds at most.</summary>
    public const int MaxFeedCapacity = 1 << 24;

    /// <summary>How much of the file the journal takes at first, and at most.</summary>
    public const int FirstJournalLengthInBytes = 40 << 10, MaxJournalLengthInBytes = 1 << 20;

    /// <summary>How many processes can use a table at the same time.</summary>
    public const int MaxSlots = 4096;

    /// <summary>The byte whose lock is the proof of life of slot 0; no byte of the file is so far out.</summary>
    public const long FirstLifeByte = 1L << 62;

    /// <summary>The place of the publisher's lock; not right beside a life byte, so that the kernel lists it by itself.</summary>
    public const int PublisherSlot = -2;

    /// <summary>The place of the lock that processes hold while they come or go, which opened the table for reading only.</summary>
    public const int ReadersTurnSlot = -4;

    /// <summary>Where the counts of a slot lie.</summary>
    public static int CountersOf(int slot) => CountersOffset + (slot * CountersLengthInBytes);

    /// <summary>How many bytes a feed takes.</summary>
    public static int FeedLengthInBytes(int capacity) => ChangeFeedHeader.LengthInBytes + (capacity * ChangeFeedEntry.LengthInBytes);

    /// <summary>Where the journal begins: behind the feed, on a page of its own.</summary>
    public static int JournalOffset(int feedCapacity)
    {
        const int pageMask = 4095;
        return feedCapacity == 0 ? FeedOffset : (FeedOffset + FeedLengthInBytes(feedCapacity) + pageMask) & ~pageMask;
    }

    /// <summary>How long a new sidecar is.</summary>
    public static long FirstLengthFor(int feedCapacity) => (long)JournalOffset(feedCapacity) + FirstJournalLengthInBytes;

    /// <summary>How long a sidecar can become.</summary>
    public static long MaxLengthFor(int feedCapacity) => (long)JournalOffset(feedCapacity) + MaxJournalLengthInBytes;
}
