using Netshm.Tool.CommandLine;

namespace Netshm.Tool.Tables;

/// <summary>Finds the sound bindings of a damaged table.</summary>
/// <remarks>
/// A binding is sound when all its pages carry their marks, its key and their numbers. Where a key's cell is sound, its
/// chain tells which bindings the key has, and in which order. Where the chain breaks, and for keys without a cell, the
/// bindings are found by the marks in the pages, and follow as the older ones. Rather too much is kept than too little: a
/// value that was replaced when a process died may come back, hidden below the new one.
/// </remarks>
internal sealed class Salvage
{
    private readonly MappedPages _pages;
    private readonly int _totalPages;
    private readonly Dictionary<int, int> _olderOf = [];
    private readonly Dictionary<int, List<int>> _headsOf = [];
    private readonly HashSet<int> _taken = [];
    private readonly List<TableViolation> _dropped = [];
    private readonly List<RawBinding> _oldestFirst = [];
    private int _keysWithoutCell;

    private Salvage(MappedPages pages)
    {
        _pages = pages;
        _totalPages = pages.MappedPageCount;
    }

    /// <summary>What could be saved: those of one key together, the oldest first.</summary>
    public IReadOnlyList<RawBinding> OldestFirst => _oldestFirst;

    /// <summary>What was left out, and why.</summary>
    public IReadOnlyList<TableViolation> Dropped => _dropped;

    /// <summary>How many keys were found by their bindings alone.</summary>
    public int KeysWithoutCell => _keysWithoutCell;

    /// <summary>Looks through all pages of the file. Nobody may modify it meanwhile.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="table">The damaged table, with all of its file mapped.</param>
    public static Salvage Of(Invocation invocation, DamagedTable table)
    {
        var salvage = new Salvage(table.Pages);
        Dictionary<int, int> cells = CellsOf(table);
        ProgressBar.Show(invocation, "searching", salvage._totalPages, salvage.FindHeads);
        foreach ((int key, List<int> heads) in salvage._headsOf)
            salvage.Collect(key, heads, cells);
        return salvage;
    }

    /// <summary>The pointers of the claimed cells, as far as the hash table can be read.</summary>
    private static Dictionary<int, int> CellsOf(DamagedTable table)
    {
        Dictionary<int, int> pointers = [];
        try
        {
            DescriptorView descriptor = table.Engine.DescriptorAsItIs;
            for (CellWalk cells = table.Engine.Index.Cells(descriptor); cells.MoveNext();)
            {
                if (cells.Current.Pointer != Layout.NeverUsed)
                    pointers.TryAdd(cells.Current.Key, cells.Current.Pointer);
            }
        }
        catch (CorruptFileException)
        {
            // The rest of the cells is lost; the bindings are found by their marks.
        }

        return pointers;
    }

    /// <summary>Finds the first pages of all sound bindings.</summary>
    private void FindHeads(Action<long> step)
    {
        const int pagesPerStep = 1000;
        for (int page = Layout.DescriptorPage + 1; page < _totalPages; page++)
        {
            if (page % pagesPerStep == 0)
                step(pagesPerStep);
            var head = new ContentView(_pages.Page(page));
            if (!head.HasMagic)
                continue;
            if (TryRead(head.Key, page, out _, out int older))
            {
                _olderOf[page] = older;
                if (!_headsOf.TryGetValue(head.Key, out List<int>? heads))
                    _headsOf.Add(head.Key, heads = []);
                heads.Add(page);
            }
        }
    }

    private bool TryRead(int key, int page, out int[] words, out int older)
    {
        words = [];
        older = 0;
        try
        {
            words = new FragmentWalk(_pages, _totalPages, key, page, out older).ToArray();
            return true;
        }
        catch (CorruptFileException e)
        {
            string place = e.Page == page ? "" : $"page {e.Page}: ";
            _dropped.Add(new TableViolation(page, e.Page == page ? e.Word : null,
                $"a binding of key {key} is not sound: {place}{e.Problem}"));
            return false;
        }
    }

    /// <summary>Puts the bindings of one key into their order.</summary>
    private void Collect(int key, List<int> heads, Dictionary<int, int> cells)
    {
        var newestFirst = new List<int>();
        bool hasCell = cells.TryGetValue(key, out int pointer);
        bool isComplete = hasCell && (pointer == Layout.Unbound || FollowChain(key, pointer, newestFirst));
        if (!hasCell)
            _keysWithoutCell++;
        if (isComplete)
        {
            foreach (int page in heads.Where(page => !_taken.Contains(page)))
            {
                _dropped.Add(new TableViolation(
                    page, null, $"the table does not refer to this binding of key {key} any more"));
            }
        }
        else
        {
            // The newest of what is left are those that no other one says is older.
            var older = heads.Where(page => !_taken.Contains(page)).Select(page => _olderOf[page]).ToHashSet();
            foreach (int page in heads.OrderBy(page => older.Contains(page)))
                _ = FollowChain(key, page, newestFirst);
        }

        for (int i = newestFirst.Count - 1; i >= 0; i--)
        {
            if (TryRead(key, newestFirst[i], out int[] words, out _))
                _oldestFirst.Add(new RawBinding(key, words));
        }
    }

    /// <summary>Takes the bindings of a chain, as far as they are sound and not taken yet.</summary>
    /// <returns>Whether the chain is sound to its end.</returns>
    private bool FollowChain(int key, int page, List<int> newestFirst)
    {
        while (page != 0)
        {
            if (!_olderOf.TryGetValue(page, out int older) || new ContentView(_pages.Page(page)).Key != key
                || !_taken.Add(page))
            {
                return false;
            }

            newestFirst.Add(page);
            page = older;
        }

        return true;
    }
}
