namespace Netshm.Recovery;

/// <summary>Walks over a whole table and collects every violation of docs/FileFormat.md.</summary>
/// <remarks>The caller holds the table's lock for reading. Nothing is modified, however damaged the table is.</remarks>
internal ref partial struct TableCheck
{
    /// <summary>The check ends when it has found so many: a file of rubbish has millions.</summary>
    private const int MaxViolations = 100;

    /// <summary>What a page was found to be.</summary>
    private enum Owner : byte
    {
        None,
        Master,
        Descriptor,
        HashTable,
        Binding,
        FreeList,
    }

    private readonly TableStorage _storage;
    private readonly MappedPages _pages;
    private readonly List<TableViolation> _violations = [];
    private DescriptorView _descriptor;
    private Owner[] _owners = [];
    private int _bindings;
    private int _keys;
    private int _claimedCells;
    private int _freePages;
    private int _maxProbes;
    private readonly bool _isRehashing;
    private readonly int _nextCell;

    private TableCheck(TableStorage storage)
    {
        _storage = storage;
        _pages = storage.Pages;
        _isRehashing = IsRehashing(storage, out _nextCell);
    }

    /// <summary>Looks at everything.</summary>
    /// <param name="storage">The table.</param>
    /// <param name="isAtItsName">Whether the table's name leads to it.</param>
    public static TableReport Run(TableStorage storage, bool isAtItsName)
    {
        var check = new TableCheck(storage);
        check.CheckAll();
        DescriptorView descriptor = storage.DescriptorAsItIs;
        bool isFlooded = TableStatistics.IsFlood(check._maxProbes, descriptor.UsedCells, descriptor.Cells);
        return new TableReport(storage.Pages.Name, check._violations,
            check._bindings, check._keys, check._owners.Length, check._freePages, check._maxProbes, isFlooded, isAtItsName);
    }

    /// <summary>Finds out which pages the cells refer to, whatever the free list and the counts say.</summary>
    public static TableCensus TakeCensus(TableStorage storage)
    {
        var check = new TableCheck(storage);
        _ = check.CheckUsedPages();
        return new TableCensus(
            Array.ConvertAll(check._owners, static owner => owner != Owner.None),
            check._bindings,
            check._claimedCells,
            check._violations.FirstOrDefault());
    }

    private readonly bool IsFull => _violations.Count == MaxViolations;

    private void CheckAll()
    {
        if (!CheckUsedPages() || IsFull)
            return;
        CheckFreeList();
        CheckCounts();
        CheckForLeaks();
    }

    private bool CheckUsedPages()
    {
        CheckMaster();
        if (!OpenDescriptor() || !CheckExtents())
            return false;
        CheckCells();
        return true;
    }

    private readonly void CheckMaster()
    {
        var master = new MasterView(_pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        if (master.Validate() is { } bad)
            Report(Layout.MasterPage, bad);
    }

    private bool OpenDescriptor()
    {
        try
        {
            _descriptor = _storage.OpenDescriptor();
        }
        catch (CorruptFileException e)
        {
            Report(e);
            return false;
        }

        BadWord? bad = _descriptor.Validate(_pages.WordsPerPage);
        if (bad is { } found)
            Report(Layout.DescriptorPage, found);
        int total = _descriptor.TotalPages;
        int firstPossible = Layout.FirstHashPage(_pages.WordsPerPage);
        if (total <= firstPossible)
            return false;
        if (bad is null && _descriptor.RehashPhase != RehashPhase.None && !_isRehashing)
        {
            Report(Layout.DescriptorPage, DescriptorView.RehashPhaseWord,
                $"a rehash was interrupted in phase {_descriptor.RehashPhase}");
        }

        _owners = new Owner[total];
        _owners[Layout.MasterPage] = Owner.Master;
        _owners.AsSpan(Layout.DescriptorPage..firstPossible).Fill(Owner.Descriptor);
        return true;
    }

    /// <summary>Checks where the hash table lies; false when its cells can't be looked at.</summary>
    private readonly bool CheckExtents()
    {
        int extents = _descriptor.ExtentCount;
        long cells = 0;
        for (int extent = 0; extent < Layout.MaxExtents; extent++)
        {
            int word = DescriptorView.ExtentsWord + (2 * extent);
            int first = _descriptor.ExtentFirstPage(extent);
            int count = _descriptor.ExtentPages(extent);
            if (extent >= extents)
            {
                if (first != 0 || count != 0)
                    Report(Layout.DescriptorPage, word, $"extent {extent} is half set, or set to nonsense: {first}, {count}");
                continue;
            }

            if (first > _owners.Length - count)
            {
                Report(Layout.DescriptorPage, word,
                    $"extent {extent} has {count} pages from page {first} on; the table has {_owners.Length}");
                return false;
            }

            for (int page = first; page < first + count && !IsFull; page++)
                Claim(page, Owner.HashTable);
            cells += (long)count * Layout.CellsPerPage(_pages.WordsPerPage);
        }

        bool mayHaveMore = _isRehashing && _descriptor.RehashPhase == RehashPhase.Filling;
        if (_descriptor.Cells > 0 && (cells == _descriptor.Cells || (mayHaveMore && cells > _descriptor.Cells)))
            return HasGeometry();
        Report(Layout.DescriptorPage, DescriptorView.CellsWord,
            $"{_descriptor.Cells} cells found; the extents have {cells}");
        return false;
    }

    /// <summary>Finds out once what each search would complain of.</summary>
    private readonly bool HasGeometry()
    {
        try
        {
            _ = _storage.Index.GeometryOf(_descriptor);
            return true;
        }
        catch (CorruptFileException e)
        {
            Report(e);
            return false;
        }
    }

    private void CheckCells()
    {
        int number = 0;
        for (CellWalk cells = _storage.Index.Cells(_descriptor); !IsFull && cells.MoveNext(); number++)
        {
            CellView cell = cells.Current;
            CheckSpareWords(cells, number);
            if (cell.Pointer == Layout.NeverUsed)
                continue;
            _claimedCells++;
            if (!cell.IsBound)
                continue;
            _keys++;
            CheckReachable(cells);
            if (cell.Validate(_owners.Length) is { } bad)
                Report(cells.Page, bad with { Word = cells.Word + bad.Word });
            else
                CheckBindings(cell);
        }

        if (_claimedCells == number)
        {
            Report(Layout.DescriptorPage, DescriptorView.CellsWord,
                $"all {number} cells are used; the hash table must always have a free one");
        }
    }

    private void CheckReachable(CellWalk cells)
    {
        try
        {
            _maxProbes = Math.Max(_maxProbes, _storage.Index.CountProbes(_descriptor, cells.Current.Key));
            CellView reached = _storage.Index.Find(_descriptor, cells.Current.Key, out bool found);
            if (!found || reached.Pointer != cells.Current.Pointer)
            {
                Report(cells.Page, cells.Word,
                    $"a search for key {cells.Current.Key} ends at another cell than the one that has it");
            }
        }
        catch (CorruptFileException e)
        {
            Report(e);
        }
    }

    private void CheckBindings(CellView cell)
    {
        try
        {
            for (BindingWalk bindings = _storage.BindingsOf(_descriptor, cell); bindings.MoveNext();)
            {
                if (!ClaimPagesOf(bindings.Value))
                    return;
                _bindings++;
            }
        }
        catch (CorruptFileException e)
        {
            Report(e);
        }
    }

    private readonly bool ClaimPagesOf(FragmentWalk value)
    {
        while (value.MoveNext())
        {
            if (!Claim(value.Page, Owner.Binding))
                return false;
        }

        return true;
    }

    private void CheckFreeList()
    {
        int page = _descriptor.FreeHead;
        while (page != 0)
        {
            if ((uint)page >= (uint)_owners.Length)
            {
                if (_freePages > 0) // Else the descriptor's own check has told it.
                    Report(Layout.DescriptorPage, DescriptorView.FreeHeadWord, $"page {page} is in the free list; the table has {_owners.Length}");
                return;
            }

            var free = new FreePageView(_pages.Page(page));
            if (free.Validate() is { } bad)
            {
                Report(page, bad);
                return;
            }

            if (!Claim(page, Owner.FreeList))
                return;
            _freePages++;
            page = free.NextFree;
        }
    }

    private readonly void CheckCounts()
    {
        CheckCount(DescriptorView.BindingsWord, _descriptor.Bindings, _bindings, "bindings");
        CheckCount(DescriptorView.FreePagesWord, _descriptor.FreePages, _freePages, "free pages");

        // The original does not count anew when it lays the hash table out anew, so more than there are is legal.
        if (_descriptor.UsedCells < _claimedCells)
            CheckCount(DescriptorView.UsedCellsWord, _descriptor.UsedCells, _claimedCells, "used cells");
    }

    private readonly void CheckCount(int word, int found, int expected, string what)
    {
        if (found != expected)
            Report(Layout.DescriptorPage, word, $"{found} {what} are counted; there are {expected}");
    }

    private readonly void CheckForLeaks()
    {
        for (int page = 0; page < _owners.Length && !IsFull; page++)
        {
            if (_owners[page] == Owner.None)
                Report(page, null, "the page belongs to nothing");
        }
    }

    private readonly bool Claim(int page, Owner owner)
    {
        if (_owners[page] == Owner.None)
        {
            _owners[page] = owner;
            return true;
        }

        Report(page, null, $"the page is used twice: as {_owners[page]} and as {owner}");
        return false;
    }

    private readonly void Report(int page, in BadWord bad) => Report(page, bad.Word, bad.Problem);

    private readonly void Report(CorruptFileException e) => Report(e.Page ?? Layout.MasterPage, e.Word, e.Problem);

    private readonly void Report(int page, int? word, string problem)
    {
        if (!IsFull)
            _violations.Add(new TableViolation(page, word, problem));
    }
}
