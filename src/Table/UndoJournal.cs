using System.Runtime.InteropServices;

namespace Netshm;

/// <summary>What the journal's records are about.</summary>
internal enum JournalState
{
    /// <summary>The last change is complete.</summary>
    Idle = 0,

    /// <summary>A change or a transaction is under way; the records take it back.</summary>
    Active = 1,

    /// <summary>A change is under way that is too large for records; a scan repairs what it leaves.</summary>
    Scan = 2,
}

/// <summary>What the stores of a change or a transaction replaced, so that they can be taken back.</summary>
/// <remarks>
/// docs/Locking.md, "The undo journal". It lies in the sidecar and belongs to the holder of the lock. The numbers in it
/// are checked by the engine's own views of the table when they are used.
/// </remarks>
internal sealed class UndoJournal
{
    private const int RecordsOffset = 64;

    private readonly SharedPlace<Header> _header;
    private readonly SharedRecords _records;
    private readonly MappedPages _pages;
    private readonly HashIndex _index;
    private readonly CellMover _cells;

    /// <summary>
    /// Bindings that transactions have unlinked. Their pages go into the free list at the end: pages that were reused
    /// before could not be taken back.
    /// </summary>
    private readonly List<int> _unlinked = [];

    private int _depth;
    private long _recordsForUnlinked;

    public UndoJournal(
        MappedBlock block, int offsetInBytes, int lengthInBytes, MappedPages pages, HashIndex index, CellMover cells)
    {
        _header = new SharedPlace<Header>(block, offsetInBytes);
        _records = new SharedRecords(
            block, offsetInBytes + RecordsOffset, (lengthInBytes - RecordsOffset) / SharedRecords.LengthInBytes);
        _pages = pages;
        _index = index;
        _cells = cells;
    }

    private enum Kind
    {
        Word = 1,
        Cell = 2,
        NewPages = 3,
        Swap = 4,
    }

    /// <summary>How many records there can be.</summary>
    public int Capacity => _records.Count;

    /// <summary>What the last writer left.</summary>
    public JournalState State => (JournalState)_header.Value.State;

    /// <summary>How many records were made since the outermost change began.</summary>
    public int Count => _header.Value.Count;

    /// <summary>Begins a change, or one within another.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="recordsAtMost">How many records the change can take.</param>
    /// <exception cref="TransactionTooLargeException">It is within another one, and they do not fit.</exception>
    public Savepoint Begin(DescriptorView descriptor, long recordsAtMost)
    {
        if (_depth == 0)
        {
            _unlinked.Clear();
            _recordsForUnlinked = 0;
        }

        var savepoint = new Savepoint(
            _depth == 0 ? 0 : Count, descriptor.FreeHead, descriptor.FreePages, descriptor.Bindings, _unlinked.Count);
        if (_depth > 0)
        {
            Reserve(recordsAtMost);
        }
        else
        {
            // Dying before the state is stored, together with a count of 0, leaves an idle journal and a table as before.
            ref Header header = ref _header.Value;
            SharedWord.Store(ref header.FreeHead, savepoint.FreeHead);
            SharedWord.Store(ref header.FreePages, savepoint.FreePages);
            SharedWord.Store(ref header.Bindings, savepoint.Bindings);
            JournalState state = recordsAtMost <= Capacity ? JournalState.Active : JournalState.Scan;
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
        ref Header header = ref _header.Value;
        SharedWord.Store(ref header.FreeHead, newPage);
        SharedWord.Store(ref header.FreePages, descriptor.FreePages);
        SharedWord.Store(ref header.Bindings, descriptor.Bindings);
        _records.Store(0, (int)Kind.Swap, key, oldPage, nextFree);
    }

    /// <summary>Begins the swap that was prepared, in which the old page has the head of the key's binding.</summary>
    public void BeginSwap()
    {
        // Dying before this store leaves an idle journal and a table as before.
        const long records = 1;
        SharedWord.Store(ref _header.Value.StateAndCount, (records << 32) | (long)JournalState.Active);
        _depth = 1;
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

    /// <summary>Takes back what a dead writer did; the journal goes on to say so until <see cref="Clear"/>.</summary>
    /// <exception cref="CorruptFileException">The table or the sidecar is damaged.</exception>
    public void UndoAll(DescriptorView descriptor)
    {
        Header header = _header.Value;
        Undo(descriptor, new Savepoint(0, header.FreeHead, header.FreePages, header.Bindings, 0));
    }

    /// <summary>
    /// Takes back, in a copy of a table that is damaged besides, what a dead writer did. Records that damage stands against
    /// are left out. The journal stays as it is.
    /// </summary>
    /// <returns>How many stores were taken back.</returns>
    /// <exception cref="CorruptFileException">The sidecar is damaged.</exception>
    public int UndoWherePossible(DescriptorView descriptor)
    {
        int count = CountOfSound(0);
        int undone = 0;
        for (int i = count - 1; i >= 0; i--)
            undone += TryOnDamaged(i, UndoRecord, descriptor) ? 1 : 0;
        int end = Layout.DescriptorPage + 1;
        for (int i = 0; i < count; i++)
        {
            // The descriptor may not know any more how many pages there are.
            _ = TryOnDamaged(
                i, (table, record) => FreeNewPages(table, record, _pages.MappedPageCount, ref end), descriptor);
        }

        return undone;
    }

    /// <summary>Says that nothing needs to be taken back.</summary>
    public void Clear()
    {
        _depth = 0;
        SharedWord.Store(ref _header.Value.State, (int)JournalState.Idle);
    }

    /// <summary>Makes sure that so many more records fit into the transaction.</summary>
    /// <exception cref="TransactionTooLargeException">They do not.</exception>
    public void Reserve(long records)
    {
        long needed = Count + records + _recordsForUnlinked;
        if (needed > Capacity)
            throw new TransactionTooLargeException(_pages.Name, needed, Capacity);
    }

    /// <summary>To be called before a word of a page is overwritten.</summary>
    public void Word(int page, int word)
    {
        if (State == JournalState.Active)
            Append(Kind.Word, page, word, _pages.Page(page)[word]);
    }

    /// <summary>To be called before the first two words of a page are overwritten.</summary>
    public void Head(int page)
    {
        if (State != JournalState.Active)
            return;
        ReadOnlySpan<int> words = _pages.Page(page);
        int count = Count;
        _records.Store(count, (int)Kind.Word, page, 0, words[0]);
        _records.Store(count + 1, (int)Kind.Word, page, 1, words[1]);
        SharedWord.Store(ref _header.Value.Count, count + 2); // As in Append.
    }

    /// <summary>To be called before the pointer of a key's cell is overwritten.</summary>
    public void Cell(int key, int oldPointer)
    {
        if (State == JournalState.Active)
            Append(Kind.Cell, key, oldPointer, 0);
    }

    /// <summary>To be called before pages are taken from the end of the table.</summary>
    public void NewPages(int firstPage, int count)
    {
        if (State == JournalState.Active)
            Append(Kind.NewPages, firstPage, count, 0);
    }

    private void Append(Kind kind, int first, int second, int third)
    {
        // Room was reserved when the change began.
        int count = Count;
        _records.Store(count, (int)kind, first, second, third);

        // Dying before this store leaves a record that does not count; the store it is for has not happened yet.
        SharedWord.Store(ref _header.Value.Count, count + 1);
    }

    private void Undo(DescriptorView descriptor, in Savepoint savepoint)
    {
        int count = CountOfSound(savepoint.Count);
        for (int i = count - 1; i >= savepoint.Count; i--)
            UndoRecord(descriptor, _records[i]);
        descriptor.FreeHead = savepoint.FreeHead;
        descriptor.FreePages = savepoint.FreePages;
        descriptor.Bindings = savepoint.Bindings;
        int end = Layout.DescriptorPage + 1;
        for (int i = savepoint.Count; i < count; i++)
            FreeNewPages(descriptor, _records[i], descriptor.TotalPages, ref end);
    }

    private int CountOfSound(int atLeast)
    {
        int count = Count;
        return (uint)count <= (uint)Capacity && count >= atLeast
            ? count
            : throw new CorruptFileException(_pages.Name, null, null, $"the sidecar's journal has {count} records");
    }

    private delegate void RecordAction(DescriptorView descriptor, ReadOnlySpan<int> record);

    private bool TryOnDamaged(int index, RecordAction action, DescriptorView descriptor)
    {
        try
        {
            action(descriptor, _records[index]);
            return true;
        }
        catch (CorruptFileException)
        {
            return false; // What it is about is lost anyway.
        }
    }

    private void UndoRecord(DescriptorView descriptor, ReadOnlySpan<int> record)
    {
        if (record[0] == (int)Kind.Word)
        {
            Span<int> page = _pages.Page(record[1]);
            if ((uint)record[2] < (uint)page.Length)
                SharedWord.Store(ref page[record[2]], record[3]);
        }
        else if (record[0] == (int)Kind.Cell)
        {
            UndoCell(descriptor, record[1], record[2]);
        }
        else if (record[0] == (int)Kind.Swap)
        {
            // The pages first: they are found also where damage keeps the cell from being found.
            (int key, int oldPage, int nextFree) = (record[1], record[2], record[3]);
            new FreePageView(_pages.Page(_header.Value.FreeHead)).Initialise(nextFree);
            new ContentView(_pages.Page(oldPage)).RestoreHead(key);
            UndoCell(descriptor, key, oldPage);
        }
    }

    private void UndoCell(DescriptorView descriptor, int key, int oldPointer)
    {
        CellView cell = _index.Find(descriptor, key, out bool found);
        if (!found)
            return;
        cell.Pointer = oldPointer == Layout.NeverUsed ? Layout.Unbound : oldPointer;
        _cells.Follow(descriptor, key, cell.Pointer);
    }

    /// <summary>Puts pages that were new into the free list, unless a rehash has made an extent of them.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="record">The record, of any kind.</param>
    /// <param name="totalPages">How many pages there are.</param>
    /// <param name="end">Where the new pages of the records before end.</param>
    private void FreeNewPages(DescriptorView descriptor, ReadOnlySpan<int> record, int totalPages, ref int end)
    {
        if (record[0] != (int)Kind.NewPages || descriptor.IsExtent(record[1]))
            return;

        // Pages come from the end of the table, so each record's are behind those of the records before it.
        int first = record[1];
        if (first < end || record[2] < 0)
        {
            throw new CorruptFileException(_pages.Name, null, null,
                $"the sidecar's journal has {record[2]} new pages from page {first} on; expected some from {end} on");
        }

        end = (int)Math.Min((long)first + record[2], totalPages);
        for (int page = first; page < end; page++)
            FreeList.PutPage(_pages, descriptor, page);
    }

    /// <summary>What there was when a change began.</summary>
    public readonly record struct Savepoint(int Count, int FreeHead, int FreePages, int Bindings, int Unlinked);

    /// <summary>The first words of the journal; docs/FileFormat.md, "Sidecar".</summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct Header
    {
        [FieldOffset(0)]
        public int State;

        [FieldOffset(4)]
        public int Count;

        /// <summary>Both in one, the state in the lower half.</summary>
        [FieldOffset(0)]
        public long StateAndCount;

        [FieldOffset(8)]
        public int FreeHead;

        [FieldOffset(12)]
        public int FreePages;

        [FieldOffset(16)]
        public int Bindings;
    }
}
