namespace Netshm.Storage;

/// <content>How records are taken back, by who made them or after a death; docs/Protocol.md, "The undo journal".</content>
internal sealed partial class UndoJournal
{
    /// <summary>Takes back what a dead writer did; the journal goes on to say so until <see cref="Clear"/>.</summary>
    /// <exception cref="CorruptFileException">The table or the sidecar is damaged.</exception>
    public void UndoAll(DescriptorView descriptor)
    {
        JournalHeader header = _header.Value;
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

    private void Undo(DescriptorView descriptor, in Savepoint savepoint)
    {
        int count = CountOfSound(savepoint.Count);
        for (int i = count - 1; i >= savepoint.Count; i--)
            UndoRecord(descriptor, Record(i));
        descriptor.FreeHead = savepoint.FreeHead;
        descriptor.FreePages = savepoint.FreePages;
        descriptor.Bindings = savepoint.Bindings;
        int end = Layout.DescriptorPage + 1;
        for (int i = savepoint.Count; i < count; i++)
            FreeNewPages(descriptor, Record(i), descriptor.TotalPages, ref end);
    }

    private int CountOfSound(int atLeast)
    {
        int count = Count;
        if (!_space.Has(count) || count < atLeast)
            throw new CorruptFileException(_pages.Name, null, null, $"the sidecar's journal has {count} records");
        long pages = 0;
        for (int i = atLeast; i < count; i++)
        {
            JournalRecord record = Record(i);
            if (!record.IsKnown)
                throw new CorruptFileException(_pages.Name, null, null, $"the sidecar's journal has a record of kind {(int)record.Kind}");
            pages += record.PagesInRun;
        }

        return pages <= MaxPagesInRuns + JournalSpace.MaxRecords
            ? count
            : throw new CorruptFileException(
                _pages.Name, null, null, $"the sidecar's journal has {pages} pages to restore, many of them again and again");
    }

    private delegate void RecordAction(DescriptorView descriptor, JournalRecord record);

    private bool TryOnDamaged(int index, RecordAction action, DescriptorView descriptor)
    {
        try
        {
            action(descriptor, Record(index));
            return true;
        }
        catch (CorruptFileException)
        {
            return false; // What it is about is lost anyway.
        }
    }

    private void UndoRecord(DescriptorView descriptor, JournalRecord record)
    {
        if (record.Kind == JournalRecordKind.Word)
        {
            Span<int> page = _pages.Page(record.First);
            if ((uint)record.Second < (uint)page.Length)
                SharedWord.Store(ref page[record.Second], record.Third);
        }
        else if (record.Kind == JournalRecordKind.Cell)
        {
            UndoCell(descriptor, record.First, record.Second);
        }
        else if (record.Kind == JournalRecordKind.Swap)
        {
            // The pages first: they are found also where damage keeps the cell from being found.
            (_, int key, int oldPage, int nextFree) = record;
            new FreePageView(_pages.Page(_header.Value.FreeHead)).Initialise(nextFree);
            new ContentView(_pages.Page(oldPage)).RestoreHead(key);
            UndoCell(descriptor, key, oldPage);
        }
        else if (record.IsRun)
        {
            UndoRun(record);
        }
    }

    /// <summary>Restores the first two words of neighbouring pages.</summary>
    private void UndoRun(JournalRecord run)
    {
        (JournalRecordKind kind, int firstPage, int length, int last) = run;
        int step = Math.Sign(length);
        for (long left = Math.Abs((long)length), page = firstPage; left > 0; left--, page += step)
        {
            Span<int> words = _pages.Page((int)Math.Clamp(page, -1, int.MaxValue));
            if (kind == JournalRecordKind.FirstBoundPages)
                new ContentView(words).RestoreHead(last);
            else if (kind == JournalRecordKind.FurtherBoundPages)
                new FollowUpView(words).RestoreHead(last);
            else
                new FreePageView(words).Initialise(left == 1 ? last : (int)page + step);
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
    private void FreeNewPages(DescriptorView descriptor, JournalRecord record, int totalPages, ref int end)
    {
        (JournalRecordKind kind, int first, int count, _) = record;
        if (kind != JournalRecordKind.NewPages || descriptor.IsExtent(first))
            return;

        // Pages come from the end of the table, so each record's are behind those of the records before it.
        if (first < end || count < 0)
        {
            throw new CorruptFileException(_pages.Name, null, null,
                $"the sidecar's journal has {count} new pages from page {first} on; expected some from {end} on");
        }

        end = (int)Math.Min((long)first + count, totalPages);
        for (int page = first; page < end; page++)
            FreeList.PutPage(_pages, descriptor, page);
    }
}
