namespace Netshm.Transactions;

/// <summary>The modifications of a table. Who calls holds the write lock.</summary>
/// <remarks>
/// Each is published by one aligned store of a pointer: what it points to is complete before, and what it no longer points
/// to is freed after. So a process that dies leaves the binding of before or the one of after; what else it leaves is for
/// the journal, or for a repair, to clear up.
/// </remarks>
internal sealed partial class TableWriter(TableStorage storage, WriteTransaction transaction)
{
    /// <summary>Journal records of a change beside those for pages: the cell, and new pages for binding and extent.</summary>
    private const int FixedRecords = 4;

    private readonly TableStorage _storage = storage;
    private readonly WriteTransaction _transaction = transaction;
    private readonly MappedPages _pages = storage.Pages;
    private readonly ProcessLock _processes = storage.Processes;
    private readonly ReadSequences? _sequences = storage.Sequences;
    private readonly UndoJournal? _journal = storage.Journal;
    private readonly BindingWriter _bindings = new(storage.Pages, storage.FreeList);
    private readonly Rehash _rehash = storage.Rehash;
    private readonly CellMover _cells = storage.Cells;
    private readonly PageSwap? _swap = storage is { Sequences: { } sequences, Journal: { } journal }
        ? new PageSwap(storage.Pages, sequences, journal)
        : null;

    private HashIndex Index => _storage.Index;

    /// <summary>Adds a binding that hides the older ones of its key.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // As ReplacePages.
    public void Add(int key, ReadOnlySpan<int> value)
    {
        DescriptorView descriptor = _transaction.OpenForChange();
        _rehash.Prepare(descriptor);
        UndoJournal.Savepoint before = BeginChange(descriptor, key, PagesFor(value));
        try
        {
            CellView cell = CellForAdd(descriptor, key);
            int older = cell.IsBound ? cell.Pointer : 0;
            if (older != 0)
                _ = CheckHead(descriptor, key, older, out _); // Damage shows before, not after.
            int page = _bindings.Write(descriptor, key, value, older);
            PublishIn(descriptor, cell, key, page);
            descriptor.Bindings++; // Dying before this leaves a count too low, unless there is a journal.
        }
        catch
        {
            _transaction.RollBackChange(descriptor, before);
            throw;
        }

        _transaction.CommitChange(ChangeKind.Added, key, value.Length);
    }

    /// <summary>Replaces the newest binding of a key, or adds one.</summary>
    public void Replace(int key, ReadOnlySpan<int> value, Deadline deadline, CellHint hint = default)
    {
        DescriptorView descriptor = _transaction.OpenForChange();
        CellView cell = FindAndAskForPage(descriptor, key, hint);
        if (!cell.IsBound)
        {
            Add(key, value);
            return;
        }

        if (_swap is null || !_swap.TryReplace(descriptor, cell, key, value))
            ReplacePages(descriptor, cell, key, value, deadline);
        _transaction.CommitChange(ChangeKind.Replaced, key, value.Length);
    }

    /// <summary>
    /// The cell of a key, which is not bound where the key has none; its page is asked for, since it is needed soon. The cell
    /// is the first one that the search looks at, if cells are where they were and that one is the key's.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CellView FindAndAskForPage(DescriptorView descriptor, int key, CellHint hint)
    {
        CellView cell = Find(descriptor, key, hint);
        _pages.Prefetch((long)cell.Pointer * _pages.WordsPerPage);
        return cell;
    }

    private CellView Find(DescriptorView descriptor, int key, CellHint hint)
    {
        if (hint.FirstWord != 0 && _sequences is not null && _sequences.Structure == hint.Structure)
        {
            var cell = new CellView(_pages.WordsAt(hint.FirstWord, CellView.LengthInWords));
            if (cell.Key == key && cell.IsBound)
                return cell;
        }

        return Index.Find(descriptor, key, out _);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // Else no room is left for what is usual.
    private void ReplacePages(
        DescriptorView descriptor, CellView cell, int key, ReadOnlySpan<int> value, Deadline deadline)
    {
        int oldPage = cell.Pointer;
        long oldPages = CheckBinding(descriptor, key, oldPage, out int older);
        _processes.LockContent(oldPage, deadline);
        UndoJournal.Savepoint before = BeginChange(descriptor, key, PagesFor(value) + oldPages);
        try
        {
            int page = _bindings.Write(descriptor, key, value, older);

            // One store takes the old value away and puts the new one in its place. Dying right after it leaves the old
            // value's pages to nobody, unless there is a journal, by which the old value comes back.
            _journal?.Cell(key, oldPage);
            cell.Pointer = page;
            _cells.Follow(descriptor, key, page);
            _transaction.Free(descriptor, oldPage, oldPages);
        }
        catch
        {
            _transaction.RollBackChange(descriptor, before);
            throw;
        }
    }

    /// <summary>Removes the newest binding of a key.</summary>
    public bool Remove(int key, Deadline deadline, CellHint hint = default)
    {
        DescriptorView descriptor = _transaction.OpenForChange();
        CellView cell = FindAndAskForPage(descriptor, key, hint);
        if (!cell.IsBound)
            return false;
        int page = cell.Pointer;
        _processes.LockContent(page, deadline);
        RemoveFrom(descriptor, cell, key, page, newer: 0, depth: 0);
        return true;
    }

    /// <summary>Begins a change that takes or frees so many pages at most.</summary>
    private UndoJournal.Savepoint BeginChange(DescriptorView descriptor, int key, long pages) =>
        _transaction.BeginChange(descriptor, key, (pages * FreeList.RecordsPerPage) + FixedRecords);

    private long PagesFor(ReadOnlySpan<int> value) => Layout.ContentPages(value.Length, _pages.WordsPerPage);

    private CellView CellForAdd(DescriptorView descriptor, int key)
    {
        // A transaction finds a key's cell by the key when it is taken back. So no key may lose its cell meanwhile.
        bool keepCells = _transaction.IsAtomic;
        bool mayPurge = !keepCells;
        int totalPages = descriptor.TotalPages;
        CellView cell = Index.FindForAdd(descriptor, key, keepCells);
        while ((cell.Pointer == Layout.NeverUsed || descriptor.RehashPhase == RehashPhase.Filling)
            && _rehash.MakeRoom(descriptor, keepCells, mayPurge, mayExtend: descriptor.TotalPages == totalPages))
        {
            cell = Index.FindForAdd(descriptor, key, keepCells);
            mayPurge = false;
        }

        return cell;
    }

    private void PublishIn(DescriptorView descriptor, CellView cell, int key, int page)
    {
        _journal?.Cell(key, cell.Pointer);

        // Counted before it is claimed: dying in between leaves a count too high, which only makes a rehash early.
        if (cell.Pointer == Layout.NeverUsed)
            descriptor.UsedCells++;
        cell.Key = key; // Of an unbound or never-used cell: nobody looks there for a binding yet.
        cell.Pointer = page; // The binding exists from this store on.
        _cells.Follow(descriptor, key, page);
    }

    /// <summary>Checks all pages of a binding that is going to be replaced or removed.</summary>
    /// <returns>How many they are.</returns>
    private long CheckBinding(DescriptorView descriptor, int key, int page, out int older)
    {
        int totalPages = descriptor.TotalPages;
        if (page > Layout.DescriptorPage && page < totalPages && _pages.TryGetPage(page, out PageWords words))
        {
            Seam.Reached(SeamKind.Load);
            older = words[ContentView.OlderBindingWord];
            if (ContentView.IsWhole(words, key) && FragmentWalk.IsOlder(older, totalPages))
                return 1;
        }

        return WalkBinding(descriptor, key, page, out older);
    }

    private FragmentWalk CheckHead(DescriptorView descriptor, int key, int page, out int older)
    {
        var value = new FragmentWalk(_pages, descriptor.TotalPages, key, page, out older);
        FragmentWalk.CheckOlder(_pages, descriptor.TotalPages, page, older);
        return value;
    }

    private long WalkBinding(DescriptorView descriptor, int key, int page, out int older)
    {
        FragmentWalk value = CheckHead(descriptor, key, page, out older);
        if (value.IsSingle)
            return 1;
        while (value.MoveNext())
        {
            // Moving on is the check.
        }

        return Layout.ContentPages(value.LengthInWords, _pages.WordsPerPage);
    }

    private void RemoveFrom(DescriptorView descriptor, CellView cell, int key, int page, int newer, int depth)
    {
        long pages = CheckBinding(descriptor, key, page, out int older);
        UndoJournal.Savepoint before = BeginChange(descriptor, key, pages);
        try
        {
            Unlink(descriptor, cell, key, page, newer, older);
            descriptor.Bindings--;
            _transaction.Free(descriptor, page, pages);
        }
        catch
        {
            _transaction.RollBackChange(descriptor, before);
            throw;
        }

        _transaction.CommitChange(ChangeKind.Removed, key, depth);
    }

    /// <summary>
    /// The binding is gone from this store on. Dying right after it leaves its pages to nobody and the count high, unless
    /// there is a journal.
    /// </summary>
    private void Unlink(DescriptorView descriptor, CellView cell, int key, int page, int newer, int older)
    {
        if (newer == 0)
        {
            _journal?.Cell(key, page);
            cell.Pointer = older == 0 ? Layout.Unbound : older;
            _cells.Follow(descriptor, key, cell.Pointer);
        }
        else
        {
            _journal?.Word(newer, ContentView.OlderBindingWord);
            new ContentView(_pages.Page(newer)).LinkTo(older);
        }
    }
}
