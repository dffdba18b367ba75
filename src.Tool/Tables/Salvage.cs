using Netshm.Tool.CommandLine;

namespace Netshm.Tool.Tables;

/// <summary>Finds the sound bindings of a damaged table.</summary>
/// <remarks>
/// A binding is sound when all its pages carry their marks, its key and their numbers. What a key's cell leads to comes
/// first, in the order of the links, which lead on through a binding that is not sound as long as its first page is
/// known. All other sound bindings of the key are found by the marks in their pages, and follow as the older ones: a link
/// that was damaged looks like one that ends. So rather too much is kept than too little: a value that was replaced or
/// removed when a process died may come back.
/// </remarks>
internal sealed class Salvage
{
    private readonly MappedPages _pages;
    private readonly int _totalPages;
    private readonly Dictionary<int, int> _olderOf = [];
    private readonly Dictionary<int, List<int>> _headsOf = [];
    private readonly HashSet<int> _sound = [];
    private readonly HashSet<int> _taken = [];
    private readonly List<TableViolation> _dropped = [];
    private readonly List<RawBinding> _oldestFirst = [];
    private int _keysWithoutCell;
    private int _bindingsWithoutLink;

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

    /// <summary>How many bindings no link led to, of keys that were found in the hash table.</summary>
    public int BindingsWithoutLink => _bindingsWithoutLink;

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
            DescriptorView descriptor = table.Storage.DescriptorAsItIs;
            for (CellWalk cells = table.Storage.Index.Cells(descriptor); cells.MoveNext();)
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

    /// <summary>Finds the first pages of all bindings, and which of them are sound.</summary>
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
            if (TryRead(head.Key, page, out _))
                _sound.Add(page);
            _olderOf[page] = head.OlderBinding;
            if (!_headsOf.TryGetValue(head.Key, out List<int>? heads))
                _headsOf.Add(head.Key, heads = []);
            heads.Add(page);
        }
    }

    private bool TryRead(int key, int page, out int[] words)
    {
        words = [];
        try
        {
            words = new FragmentWalk(_pages, _totalPages, key, page, out _).ToArray();
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
        if (hasCell)
            FollowChain(key, pointer, newestFirst);
        else
            _keysWithoutCell++;

        // The newest of what is left are those that no other one says is older.
        int linked = newestFirst.Count;
        List<int> left = heads.FindAll(page => !_taken.Contains(page));
        var older = left.Select(page => _olderOf[page]).ToHashSet();
        foreach (int page in left.OrderBy(older.Contains))
            FollowChain(key, page, newestFirst);
        _bindingsWithoutLink += hasCell ? newestFirst.Count - linked : 0;

        for (int i = newestFirst.Count - 1; i >= 0; i--)
        {
            if (TryRead(key, newestFirst[i], out int[] words))
                _oldestFirst.Add(new RawBinding(key, words));
        }
    }

    /// <summary>Takes the sound bindings of a chain, as far as its links can be read and were not followed yet.</summary>
    private void FollowChain(int key, int page, List<int> newestFirst)
    {
        while (_olderOf.TryGetValue(page, out int older) && new ContentView(_pages.Page(page)).Key == key
            && _taken.Add(page))
        {
            if (_sound.Contains(page))
                newestFirst.Add(page);
            page = older;
        }
    }
}
