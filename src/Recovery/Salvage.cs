namespace Netshm.Recovery;

/// <summary>Finds the sound bindings of a damaged table.</summary>
/// <remarks>
/// A binding is sound when all its pages carry their marks, its key and their numbers. What a key's cell leads to comes
/// first, in the order of the links, which lead on through a binding that is not sound as long as its first page is
/// known. All other sound bindings of the key are found by the marks in their pages, and follow as the older ones: a link
/// that was damaged looks like one that ends. So rather too much is kept than too little: a value that was replaced or
/// removed when a process died may come back.
/// </remarks>
internal sealed class Salvage(MappedPages pages)
{
    private readonly int _totalPages = pages.MappedPageCount;
    private readonly Dictionary<int, int> _olderOf = [];
    private readonly Dictionary<int, List<int>> _headsOf = [];
    private readonly HashSet<int> _sound = [];
    private readonly HashSet<int> _taken = [];
    private readonly List<TableViolation> _dropped = [];
    private readonly List<(int Key, int[] Value)> _oldestFirst = [];
    private int _keysWithoutCell;
    private int _bindingsWithoutLink;

    /// <summary>Looks through all pages of the file. Nobody may modify it meanwhile.</summary>
    /// <param name="storage">The damaged table, with all of its file mapped.</param>
    /// <param name="sidecar">Its sidecar, which is not in use; null when it has none.</param>
    /// <param name="locking">The method that it carries.</param>
    /// <param name="progress">Is told now and then which part of the pages was looked at, from 0 to 1.</param>
    public static TableSalvage Run(TableStorage storage, Sidecar? sidecar, LockingMethod locking, IProgress<double>? progress)
    {
        int? takenBack = sidecar is null ? null : TakeBackUnfinishedWork(storage, sidecar);
        var salvage = new Salvage(storage.Pages);
        Dictionary<int, int> cells = CellsOf(storage);
        salvage.FindHeads(progress);
        foreach ((int key, List<int> heads) in salvage._headsOf)
            salvage.Collect(key, heads, cells);
        return new TableSalvage(salvage._oldestFirst, salvage._dropped, salvage._keysWithoutCell, salvage._bindingsWithoutLink,
            takenBack, storage.Pages.WordsPerPage * sizeof(int), locking);
    }

    /// <summary>
    /// Takes back in this process's memory what a process left unfinished that died; table and sidecar stay as they are.
    /// </summary>
    /// <returns>How many stores were taken back; null when nothing was unfinished.</returns>
    private static int? TakeBackUnfinishedWork(TableStorage storage, Sidecar sidecar)
    {
        // A table that was restored from a copy is of another time than the journal.
        var journal = new UndoJournal(new JournalSpace(sidecar), storage.Pages, storage.Index, storage.Cells);
        if (sidecar.Generation != storage.Master.Generation || journal is not { IsOfTable: true, State: JournalState.Active })
            return null;
        storage.Pages.MakePrivate();
        return journal.UndoWherePossible(storage.DescriptorAsItIs);
    }

    /// <summary>The pointers of the claimed cells, as far as the hash table can be read.</summary>
    private static Dictionary<int, int> CellsOf(TableStorage storage)
    {
        Dictionary<int, int> pointers = [];
        try
        {
            DescriptorView descriptor = storage.DescriptorAsItIs;
            for (CellWalk cells = storage.Index.Cells(descriptor); cells.MoveNext();)
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
    private void FindHeads(IProgress<double>? progress)
    {
        const int pagesPerStep = 1000;
        for (int page = Layout.DescriptorPage + 1; page < _totalPages; page++)
        {
            if (page % pagesPerStep == 0)
                progress?.Report((double)page / _totalPages);
            var head = new ContentView(pages.Page(page));
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
            words = new FragmentWalk(pages, _totalPages, key, page, out _).ToArray();
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
                _oldestFirst.Add((key, words));
        }
    }

    /// <summary>Takes the sound bindings of a chain, as far as its links can be read and were not followed yet.</summary>
    private void FollowChain(int key, int page, List<int> newestFirst)
    {
        while (_olderOf.TryGetValue(page, out int older) && new ContentView(pages.Page(page)).Key == key
            && _taken.Add(page))
        {
            if (_sound.Contains(page))
                newestFirst.Add(page);
            page = older;
        }
    }
}
