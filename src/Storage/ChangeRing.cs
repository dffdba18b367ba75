using System.Numerics;

namespace Netshm.Storage;

/// <summary>The last changes of a table, in its sidecar; docs/ChangeFeed.md.</summary>
/// <remarks>
/// The holder of the table's write lock appends; anybody reads. All numbers in it are untrusted: they are only compared, and
/// cut to the ring's length.
/// </remarks>
/// <param name="block">The sidecar.</param>
/// <param name="offsetInBytes">Where the ring begins in it.</param>
/// <param name="capacity">How many changes it holds, a power of two.</param>
internal sealed class ChangeRing(MappedBlock block, int offsetInBytes, int capacity)
{
    /// <summary>No table comes to more changes than this.</summary>
    public const ulong MaxNumber = 1UL << 60;

    /// <summary>
    /// The longest time a reader sleeps before it looks again: a writer can die after it has published and before it wakes
    /// the readers.
    /// </summary>
    private static readonly TimeSpan s_nap = TimeSpan.FromSeconds(1);

    /// <summary>The same where writers can't be made to see who sleeps, and miss it now and then.</summary>
    private static readonly TimeSpan s_napWithoutFence = TimeSpan.FromMilliseconds(5);

    private readonly SharedPlace<ChangeFeedHeader> _header = new(block, offsetInBytes);
    private readonly bool _writersAreFenced = SharedFence.TryJoin();
    private long _headBefore;

    /// <summary>How many changes the ring holds.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>The number of the last change that is committed.</summary>
    public long Head => SharedLongs.Load(ref Header.Head);

    /// <summary>The number of the last change that is written, and maybe not committed yet. For the writer.</summary>
    public long Pending => Header.Pending;

    /// <summary>The smallest possible capacity that is enough.</summary>
    public static int CapacityFor(int changes) => (int)BitOperations.RoundUpToPowerOf2((uint)changes);

    /// <summary>To be called by who gets the write lock, before anything is appended or published.</summary>
    public void Begin() => _headBefore = Head;

    /// <summary>Appends a change that is about to be committed. Readers don't see it before <see cref="Publish"/>.</summary>
    /// <remarks>
    /// Dying before the last store leaves a number that was never given, and an old entry that readers find overwritten.
    /// Dying after it leaves a pending change: recovery discards it if the change itself is taken back.
    /// </remarks>
    public void Append(ChangeKind kind, int key = 0, int detail = 0)
    {
        long number = Pending + 1;
        ref ChangeFeedEntry entry = ref EntryOf(number);
        SharedWord.Store(ref entry.Stamp, 0); // A slow reader of the entry that was here must notice.
        SharedWord.Store(ref entry.Payload, ChangeFeedEntry.PayloadOf(key, detail));
        SharedWord.Store(ref entry.Stamp, ChangeFeedEntry.StampOf(number, kind));
        SharedWord.Store(ref Header.Pending, number);
    }

    /// <summary>Shows readers what was appended, when it is committed.</summary>
    /// <remarks>Dying before this leaves committed changes that recovery publishes.</remarks>
    public void Publish()
    {
        long pending = Pending;
        ref long head = ref Header.Head;
        if (pending != head)
            SharedWord.Store(ref head, pending);
    }

    /// <summary>Forgets what was appended after a number; to be called before the changes are taken back.</summary>
    public void DiscardAfter(long number)
    {
        if (Pending != number)
            SharedWord.Store(ref Header.Pending, number);
    }

    /// <summary>Brings the ring in order after a death, before the journal is cleared; can be repeated at any time.</summary>
    /// <param name="journal">What the dead writer's journal said.</param>
    public void Recover(JournalState journal)
    {
        if (journal != JournalState.Idle)
            DiscardAfter(Head); // It is taken back, or nobody knows whether it was made.
        if (journal == JournalState.Scan)
            Append(ChangeKind.Gap);
        Publish();
    }

    /// <summary>Tells readers that something may have happened that nobody has recorded.</summary>
    public void RecordUnknown()
    {
        DiscardAfter(Head);
        Append(ChangeKind.Gap);
        Publish();
    }

    /// <summary>Wakes readers who sleep since before <see cref="Begin"/>.</summary>
    public void Wake()
    {
        // Who has announced that it sleeps must be seen unless it has seen the head. The sleeper sees to that; see Announce.
        if (!_writersAreFenced)
            Interlocked.MemoryBarrier();

        // Nobody can have gone to sleep over a head that is older, without having been woken by who moved it.
        if (Head == _headBefore || Volatile.Read(ref Header.Awaited) < _headBefore)
            return;
        Seam.Reached(SeamKind.Store);
        block.WakeAll(HeadOffset);
    }

    /// <summary>Wakes the readers of this process, and those of others for nothing.</summary>
    public void WakeAlways() => block.WakeAll(HeadOffset);

    /// <summary>Sleeps until the head is another one than it was, or for a nap at most.</summary>
    public void SleepWhileHeadIs(long seen, TimeSpan longest)
    {
        TimeSpan nap = Announce(seen) ? s_nap : s_napWithoutFence;
        if (Head != seen)
            return;
        nap = longest < nap ? longest : nap;
        Seam.Waiting(ref nap);
        block.WaitWhile(HeadOffset, (int)seen, nap); // The word's lower half comes first in memory.
    }

    /// <summary>Reads the entry of a committed change.</summary>
    /// <returns>False when it was overwritten, or is a gap itself.</returns>
    public bool TryRead(long number, out TableChange change)
    {
        ref ChangeFeedEntry place = ref EntryOf(number);
        var entry = new ChangeFeedEntry { Stamp = SharedLongs.Load(ref place.Stamp), Payload = SharedLongs.Load(ref place.Payload) };
        return entry.TryDecode(number, out change) && SharedLongs.Load(ref place.Stamp) == entry.Stamp;
    }

    /// <summary>
    /// Says that a reader sleeps over a head. The number only grows, so that a reader who is late does not hide one who is
    /// not; and since a writer who has moved the head finds it older than its own, nobody has to take it back.
    /// </summary>
    /// <returns>Whether every writer who moves the head from now on sees it.</returns>
    private bool Announce(long seen)
    {
        ref long awaited = ref Header.Awaited;
        for (long found; (found = Volatile.Read(ref awaited)) < seen;)
        {
            Seam.Reached(SeamKind.Store);
            if (Interlocked.CompareExchange(ref awaited, seen, found) == found)
                break;
        }

        // The head must not be looked at before the announcement is seen. Writers look for it without a fence, maybe before
        // others see their head; so this one is for their processors, too: who has looked before it has its head seen after
        // it, and who looks after it sees the announcement.
        Interlocked.MemoryBarrier();
        return SharedFence.TryIssue();
    }

    private int HeadOffset => offsetInBytes + ChangeFeedHeader.HeadOffset;

    private ref ChangeFeedHeader Header => ref _header.Value;

    private ref ChangeFeedEntry EntryOf(long number) => ref block.At<ChangeFeedEntry>(
        offsetInBytes + ChangeFeedHeader.LengthInBytes + (((int)number & (Capacity - 1)) * ChangeFeedEntry.LengthInBytes));
}
