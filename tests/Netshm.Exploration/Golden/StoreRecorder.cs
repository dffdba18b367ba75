namespace Netshm.Exploration;

/// <summary>Looks at a table's files before each store, and traces what the one before has changed.</summary>
internal sealed class StoreRecorder : IDisposable
{
    /// <summary>In a longer table not every store is looked at: that would take minutes.</summary>
    private const long LongTable = 1 << 20, StoresPerLookAtLongTable = 8192;

    /// <summary>How often blocks are looked at that were never stored to: most are not, ever.</summary>
    private const long StoresPerThoroughLook = 16;

    private readonly Trace _trace;
    private readonly Coverage _coverage;
    private readonly ObservedFile _table, _sidecar, _draft;
    private readonly Stack<bool> _findFiles = [];
    private int _phase, _totalPages;
    private long _length;
    private long _rehashBegan;
    private long _ended;

    /// <param name="name">The table's name.</param>
    /// <param name="trace">Where everything is told.</param>
    /// <param name="coverage">Counts what a table shows of itself.</param>
    public StoreRecorder(SharedMemoryName name, Trace trace, Coverage coverage)
    {
        _trace = trace;
        _coverage = coverage;
        string path = name.MemoryPath;
        _table = new ObservedFile("table", path, FilePlaces.VaryingInTable);
        _sidecar = new ObservedFile("sidecar", path + FilePlaces.SidecarSuffix, FilePlaces.VaryingInSidecar);
        _draft = new ObservedFile("draft", path + FilePlaces.DraftSuffix, FilePlaces.VaryingInSidecar, isShortLived: true);
    }

    /// <summary>How many stores there were; the one that is about to be made does not count.</summary>
    public long Stores { get; private set; }

    /// <summary>The table's page size in bytes.</summary>
    public int PageSize { get; set; }

    /// <summary>To be called right before a store.</summary>
    public void BeforeStore()
    {
        if (_table.Length < LongTable || Stores % StoresPerLookAtLongTable == 0)
            Look(isThorough: Stores % StoresPerThoroughLook == 0);
        Stores++;
    }

    /// <summary>To be called when a process begins to do something, maybe in the middle of what another one does.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="filesMayComeAndGo">Whether one of the table's files may be made, moved or removed.</param>
    public void Begin(string what, bool filesMayComeAndGo)
    {
        Look(isThorough: true);
        _trace.Tell($"{Stores} == {what}");
        _findFiles.Push(filesMayComeAndGo);
    }

    /// <summary>Says what happens meanwhile.</summary>
    public void Tell(string what)
    {
        Look(isThorough: true);
        _trace.Tell($"{Stores} -- {what}");
    }

    /// <summary>To be called when it is done.</summary>
    public void End()
    {
        Look(isThorough: true);
        _ = _findFiles.Pop();
        _ended++;
    }

    public void Dispose()
    {
        _table.Dispose();
        _sidecar.Dispose();
        _draft.Dispose();
    }

    /// <summary>Traces what has changed since the last look.</summary>
    private void Look(bool isThorough)
    {
        if (_findFiles.TryPeek(out bool mayComeAndGo) && mayComeAndGo)
            FindFiles();
        if (_table.Look(_trace, Stores, isThorough))
            CountChangesOfTable();
        _ = _sidecar.Look(_trace, Stores, isThorough);
        _ = _draft.Look(_trace, Stores, isThorough);
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

        const int filling = 1;
        int phase = _table.Word(FilePlaces.RehashPhaseOffset(PageSize));
        if (phase == _phase)
            return;
        if (phase == filling)
            _rehashBegan = _ended;
        if (phase == 0)
            _coverage.Count(_rehashBegan == _ended ? Covered.RehashAtOnce : Covered.RehashByAndBy);
        _phase = phase;
    }
}
