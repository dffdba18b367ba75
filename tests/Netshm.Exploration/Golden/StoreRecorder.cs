namespace Netshm.Exploration;

/// <summary>Looks at a table's files before each store, and traces what the one before has changed.</summary>
internal sealed class StoreRecorder : IDisposable
{
    /// <summary>One look at a longer table takes as long as thousands of stores do.</summary>
    private const long LongTable = 1 << 20;

    /// <summary>Of so many stores one is followed by a look at all blocks, or at the usual ones of a long table.</summary>
    private const long StoresPerLook = 16, StoresPerLookAtLongTable = 8192, StoresPerShortLook = 64;

    /// <summary>So many first stores of a step are each followed by a look, even at a long table.</summary>
    private const long FirstStores = 200;

    /// <summary>Three times as many as any script makes, unless a process stores for ever.</summary>
    private const long MostStores = 5_000_000;

    private readonly Trace _trace;
    private readonly Coverage _coverage;
    private readonly ObservedFile _table, _sidecar, _draft;
    private readonly Stack<bool> _findFiles = [];
    private int _phase, _totalPages;
    private long _length;
    private long _rehashBegan;
    private long _firstStore;
    private long _ended;

    /// <param name="name">The table's name.</param>
    /// <param name="trace">Where everything is told.</param>
    /// <param name="coverage">Counts what a table shows of itself.</param>
    public StoreRecorder(SharedMemoryName name, Trace trace, Coverage coverage)
    {
        _trace = trace;
        _coverage = coverage;
        string path = name.MemoryPath;
        _table = new ObservedFile("table", path, FilePlaces.VaryingInTable, FilePlaces.UsualBlocksOfTable);
        _sidecar = new ObservedFile(
            "sidecar", path + FilePlaces.SidecarSuffix, FilePlaces.VaryingInSidecar, FilePlaces.UsualBlocksOfSidecar);
        _draft = new ObservedFile("draft", path + FilePlaces.DraftSuffix, FilePlaces.VaryingInSidecar,
            FilePlaces.UsualBlocksOfSidecar, isShortLived: true);
    }

    /// <summary>How many stores there were; the one that is about to be made does not count.</summary>
    public long Stores { get; private set; }

    /// <summary>The table's page size in bytes.</summary>
    public int PageSize { get; set; }

    /// <summary>To be called right before a store.</summary>
    public void BeforeStore()
    {
        if (_table.Length < LongTable)
            Look(Stores % StoresPerLook == 0 ? BlockUse.Idle : BlockUse.InUse);
        else if (Stores % StoresPerLookAtLongTable == 0)
            Look(BlockUse.Idle);
        else if (Stores - _firstStore < FirstStores || Stores % StoresPerShortLook == 0)
            Look(BlockUse.Usual);
        Stores++;
        Assert.True(Stores <= MostStores, "a process stores for ever");
    }

    /// <summary>To be called when a process begins to do something, maybe in the middle of what another one does.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="filesMayComeAndGo">Whether one of the table's files may be made, moved or removed.</param>
    public void Begin(string what, bool filesMayComeAndGo)
    {
        Tell("==", what);
        _findFiles.Push(filesMayComeAndGo);
    }

    /// <summary>Says what happens meanwhile.</summary>
    public void Tell(string what) => Tell("--", what);

    /// <summary>To be called when it is done.</summary>
    public void End()
    {
        Look(BlockUse.Idle);
        _ = _findFiles.Pop();
        _ended++;
    }

    public void Dispose()
    {
        _table.Dispose();
        _sidecar.Dispose();
        _draft.Dispose();
    }

    private void Tell(string mark, string what)
    {
        Look(BlockUse.Idle);
        _trace.Tell($"{Stores} {mark} {what}");
        _firstStore = Stores;
    }

    /// <summary>Traces what has changed since the last look.</summary>
    private void Look(BlockUse least)
    {
        if (_findFiles.TryPeek(out bool mayComeAndGo) && mayComeAndGo)
            FindFiles();
        if (_table.Look(_trace, Stores, least))
            CountChangesOfTable();
        long length = _sidecar.Length;
        _ = _sidecar.Look(_trace, Stores, least);
        _coverage.CountIf(length > 0 && _sidecar.Length > length, Covered.JournalGrowth);
        _ = _draft.Look(_trace, Stores, least);
    }

    private void FindFiles()
    {
        _table.Find();
        _sidecar.Find();
        _draft.Find();
    }

    private void CountChangesOfTable()
    {
        int totalPages = _table.Word(FilePlaces.TotalPagesOffset(PageSize));
        _coverage.CountIf(totalPages > _totalPages && _totalPages > 0, Covered.PagesAdded);
        _coverage.CountIf(_table.Length > _length && _length > 0, Covered.FileGrowth);
        _totalPages = totalPages;
        _length = _table.Length;

        const int filling = 1, clearing = 3;
        int phase = _table.Word(FilePlaces.RehashPhaseOffset(PageSize));
        if (phase == _phase || phase is < 0 or > clearing) // Else it is being created anew, with other pages.
            return;
        if (phase == filling)
            _rehashBegan = _ended;
        if (phase == 0)
            _coverage.Count(_rehashBegan == _ended ? Covered.RehashAtOnce : Covered.GradualRehash);
        _phase = phase;
    }
}
