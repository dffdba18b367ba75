namespace Netshm.Storage;

/// <summary>What the stores of a change or a transaction replaced, so that they can be taken back.</summary>
/// <remarks>
/// docs/Protocol.md, "The undo journal". It lies in the sidecar and belongs to the holder of the lock. The numbers in it
/// are checked by the engine's own views of the table when they are used.
/// </remarks>
internal sealed partial class UndoJournal(JournalSpace space, MappedPages pages, HashIndex index, CellMover cells)
{
    /// <summary>
    /// How many pages runs can be longer than one, in all: what has to be restored after a death is bounded so, whatever a
    /// damaged journal says. Beyond that each page takes a record of its own, for which there is room.
    /// </summary>
    private const int MaxPagesInRuns = 1 << 24;

    private readonly SharedPlace<JournalHeader> _header = new SharedPlace<JournalHeader>(space.Block, space.HeaderOffset);
    private readonly JournalSpace _space = space;
    private readonly SharedRecords _records = space.Records;
    private readonly MappedPages _pages = pages;
    private readonly HashIndex _index = index;
    private readonly CellMover _cells = cells;

    /// <summary>
    /// Bindings that transactions have unlinked. Their pages go into the free list at the end: pages that were reused
    /// before could not be taken back.
    /// </summary>
    private readonly List<int> _unlinked = [];

    /// <summary>The first record that belongs to the innermost change alone: taking back that one leaves those before.</summary>
    private int _firstOfChange;

    private int _depth;
    private int _pagesInRuns;
    private long _recordsForUnlinked;

    /// <summary>What the last writer left.</summary>
    public JournalState State => (JournalState)_header.Value.State;

    /// <summary>How many records were made since the outermost change began.</summary>
    public int Count => _header.Value.Count;

    /// <summary>Begins a change, or one within another.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="recordsAtMost">How many records the change can take.</param>
    /// <param name="isTransaction">Whether it is a transaction, which the table says as long as it is under way.</param>
    /// <exception cref="TransactionTooLargeException">It is within another one, and they do not fit.</exception>
    /// <exception cref="OutOfSpaceException">It is within another one, and the sidecar can't grow.</exception>
    public Savepoint Begin(DescriptorView descriptor, long recordsAtMost, bool isTransaction = false)
    {
        if (_depth == 0)
        {
            _unlinked.Clear();
            _recordsForUnlinked = 0;
            _pagesInRuns = 0;
        }

        var savepoint = new Savepoint(
            _depth == 0 ? 0 : Count, descriptor.FreeHead, descriptor.FreePages, descriptor.Bindings, _unlinked.Count);
        _firstOfChange = savepoint.Count;
        if (_depth > 0)
        {
            Reserve(recordsAtMost);
        }
        else
        {
            if (isTransaction)
                Stamp(isTransaction);
            else
                StampNowAndThen();

            // Dying before the state is stored, together with a count of 0, leaves an idle journal and a table as before.
            ref JournalHeader header = ref _header.Value;
            SharedWord.Store(ref header.FreeHead, savepoint.FreeHead);
            SharedWord.Store(ref header.FreePages, savepoint.FreePages);
            SharedWord.Store(ref header.Bindings, savepoint.Bindings);
            JournalState state = Fits(recordsAtMost) ? JournalState.Active : JournalState.Scan;
            SharedWord.Store(ref header.StateAndCount, (long)state);
        }

        _depth++;
        return savepoint;
    }

    /// <summary>Stores all that is to be known of a <see cref="PageSwap"/>, while the journal is idle.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="newPage">The first free page, which becomes the binding's.</param>
    /// <param name="key">The binding's key.</param>
    /// <param name="oldPage">The binding's page, which becomes the first free one.</param>
    /// <param name="nextFree">The free page behind the new one, and then behind the old one.</param>
    public void PrepareSwap(DescriptorView descriptor, int newPage, int key, int oldPage, int nextFree)
    {
        StampNowAndThen();
        ref JournalHeader header = ref _header.Value;
        SharedWord.Store(ref header.FreeHead, newPage);
        SharedWord.Store(ref header.FreePages, descriptor.FreePages);
        SharedWord.Store(ref header.Bindings, descriptor.Bindings);
        _records.Store(0, (int)JournalRecordKind.Swap, key, oldPage, nextFree);
    }

    /// <summary>Begins the swap that was prepared, in which the old page has the head of the key's binding.</summary>
    public void BeginSwap()
    {
        // Dying before this store leaves an idle journal and a table as before.
        const long records = 1;
        SharedWord.Store(ref _header.Value.StateAndCount, (records << 32) | (long)JournalState.Active);
        _depth = 1;
        _firstOfChange = 1;
    }

    /// <summary>Ends a change; the outermost one becomes permanent by this store.</summary>
    public void Commit()
    {
        if (--_depth == 0)
            SharedWord.Store(ref _header.Value.State, (int)JournalState.Idle);
    }

    /// <summary>Takes back what was done since a change began, and ends it.</summary>
    /// <exception cref="CorruptFileException">The table is damaged; recovery will meet it again.</exception>
    public void RollBack(DescriptorView descriptor, in Savepoint savepoint)
    {
        // The records stay, also those of an inner change: undoing them again later stores the same values again.
        if (State == JournalState.Active)
            Undo(descriptor, savepoint);
        _firstOfChange = Count;
        _unlinked.RemoveRange(savepoint.Unlinked, _unlinked.Count - savepoint.Unlinked);
        Commit();
    }

    /// <summary>Keeps a binding that was unlinked until the end of the transaction.</summary>
    public void Keep(int firstPage, long pages)
    {
        _recordsForUnlinked += pages * FreeList.RecordsPerPage;
        _unlinked.Add(firstPage);
    }

    /// <summary>The bindings that were kept, if this is the end of the outermost transaction.</summary>
    public ReadOnlySpan<int> KeptUntilNow => _depth == 1 ? CollectionsMarshal.AsSpan(_unlinked) : [];

    /// <summary>Says that nothing needs to be taken back.</summary>
    public void Clear()
    {
        _depth = 0;
        SharedWord.Store(ref _header.Value.State, (int)JournalState.Idle);
    }

    /// <summary>Makes sure that so many more records fit into the transaction.</summary>
    /// <exception cref="TransactionTooLargeException">They never do.</exception>
    /// <exception cref="OutOfSpaceException">The sidecar can't grow by them.</exception>
    public void Reserve(long records)
    {
        long needed = Count + records + _recordsForUnlinked;
        if (needed > JournalSpace.MaxRecords)
            throw new TransactionTooLargeException(_pages.Name, needed, JournalSpace.MaxRecords);
        if (!Fits(needed))
            throw SystemError.Last("make room for a transaction in the sidecar of", _pages.Name);
    }

    /// <summary>To be called before a word of a page is overwritten.</summary>
    public void Word(int page, int word)
    {
        if (State == JournalState.Active)
            Append(JournalRecordKind.Word, page, word, _pages.Page(page)[word]);
    }

    /// <summary>To be called before a page of a binding becomes a free one.</summary>
    /// <param name="page">The page.</param>
    /// <param name="key">The binding's key.</param>
    /// <param name="isFirst">Whether it is the binding's first page.</param>
    public void BoundPage(int page, int key, bool isFirst)
    {
        if (State != JournalState.Active)
            return;
        if (isFirst || !TryExtendRun(page, JournalRecordKind.FurtherBoundPages, key))
            Append(isFirst ? JournalRecordKind.FirstBoundPages : JournalRecordKind.FurtherBoundPages, page, 1, key);
    }

    /// <summary>To be called before a free page becomes a binding's.</summary>
    /// <param name="page">The page, which the free page before it, if it was taken right before, leads to.</param>
    /// <param name="nextFree">The free page that it leads to, or 0.</param>
    public void FreePage(int page, int nextFree)
    {
        if (State == JournalState.Active && !TryExtendRun(page, JournalRecordKind.FreePages, nextFree))
            Append(JournalRecordKind.FreePages, page, 1, nextFree);
    }

    /// <summary>To be called before the pointer of a key's cell is overwritten.</summary>
    public void Cell(int key, int oldPointer)
    {
        if (State == JournalState.Active)
            Append(JournalRecordKind.Cell, key, oldPointer, 0);
    }

    /// <summary>To be called before pages are taken from the end of the table.</summary>
    public void NewPages(int firstPage, int count)
    {
        if (State == JournalState.Active)
            Append(JournalRecordKind.NewPages, firstPage, count, 0);
    }

    /// <summary>
    /// Lets the last record stand for one page more, if that is its neighbour in the direction that the record goes in. The
    /// record's words 2 and 3 are replaced by one store: dying before it leaves a record without the page, of which nothing
    /// was overwritten yet.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="kind">What the record has to be about.</param>
    /// <param name="last">Word 3: the key, which has to be the same, or the free page that the last one leads to.</param>
    private bool TryExtendRun(int page, JournalRecordKind kind, int last)
    {
        int count = Count;
        if (count <= _firstOfChange || _pagesInRuns == MaxPagesInRuns)
            return false;
        JournalRecord record = Record(count - 1);
        int length = record.Second;
        int step = page > record.First ? 1 : -1;
        bool isNeighbour = record.Kind == kind && (length is 1 or -1 || Math.Sign(length) == step)
            && page == record.First + (step * Math.Abs((long)length))
            && record.Third == (kind == JournalRecordKind.FreePages ? page : last);
        if (!isNeighbour)
            return false;
        _pagesInRuns++;
        _records.StoreSecondHalf(count - 1, step * (Math.Abs(length) + 1), last);
        return true;
    }

    private void Append(JournalRecordKind kind, int first, int second, int third)
    {
        // Room was reserved when the change began.
        int count = Count;
        _records.Store(count, (int)kind, first, second, third);

        // Dying before this store leaves a record that does not count; the store it is for has not happened yet.
        SharedWord.Store(ref _header.Value.Count, count + 1);
    }

    private JournalRecord Record(int index) => JournalRecord.Of(_records[index]);

    /// <summary>Whether there is, or can be made, room for so many records in all.</summary>
    private bool Fits(long records) => records <= JournalSpace.MaxRecords && _space.TryGrow((int)records);

    /// <summary>What there was when a change began.</summary>
    public readonly record struct Savepoint(int Count, int FreeHead, int FreePages, int Bindings, int Unlinked);
}
