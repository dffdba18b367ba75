namespace Netshm.Storage;

/// <summary>The parts that a table's pages and its sidecar are used by, and what is read of the pages.</summary>
/// <remarks>Unless said otherwise, the caller holds the lock that it needs.</remarks>
internal sealed class TableStorage
{
    /// <summary>How many keys <see cref="Prefetch"/> is meant for at a time.</summary>
    public const int PrefetchLength = 32;

    /// <summary>The descriptor's mark; 0 until it is known.</summary>
    private int _magic;

    private bool _isBeingModified;

    /// <param name="pages">The table.</param>
    /// <param name="processes">Its lock, for the content that is to be freed or edited.</param>
    /// <param name="sidecar">What is in its sidecar.</param>
    public TableStorage(MappedPages pages, ProcessLock processes, SidecarContents sidecar)
        : this(pages, processes, sidecar.Sequences, sidecar)
    {
        _magic = DescriptorView.FutexMagic;
    }

    /// <param name="pages">The table, which has no sidecar.</param>
    /// <param name="processes">Its lock, for the content that is to be freed or edited.</param>
    /// <param name="sequences">Where readers without a lock look, or null when there are none.</param>
    public TableStorage(MappedPages pages, ProcessLock processes, ReadSequences? sequences)
        : this(pages, processes, sequences, sidecar: null)
    {
    }

    private TableStorage(MappedPages pages, ProcessLock processes, ReadSequences? sequences, SidecarContents? sidecar)
    {
        Pages = pages;
        Processes = processes;
        Sequences = sequences;
        Sidecar = sidecar;
        HasDirtyFlag = sidecar is not null || processes is RecordLock;
        Index = new HashIndex(pages);
        RehashProgress progress = sidecar?.Rehash ?? new RehashProgress(block: null, offsetInBytes: 0);
        Cells = new CellMover(pages, Index, progress);
        if (sidecar is not null)
            Journal = new UndoJournal(sidecar.Journal, pages, Index, Cells);
        FreeList = new FreeList(pages, Journal, processes.Counters);
        Rehash = new Rehash(pages, Index, FreeList, sequences, progress, Cells, isGradual: sidecar is not null);
    }

    public MappedPages Pages { get; }

    /// <summary>What keeps other processes out.</summary>
    public ProcessLock Processes { get; }

    /// <summary>The words that readers without a lock look at; null when they don't read so.</summary>
    public ReadSequences? Sequences { get; }

    /// <summary>What is in the table's sidecar; null when it has none.</summary>
    public SidecarContents? Sidecar { get; }

    /// <summary>What changes are taken back by; null without a sidecar.</summary>
    public UndoJournal? Journal { get; }

    /// <summary>The change feed; null when there is none.</summary>
    public ChangeRing? Changes => Sidecar?.Changes;

    public HashIndex Index { get; }

    public CellMover Cells { get; }

    public FreeList FreeList { get; }

    public Rehash Rehash { get; }

    /// <summary>What this process counts about the table.</summary>
    public TableCounters Counters => Processes.Counters;

    /// <summary>Whether a thread of this process holds the write lock and may be modifying the table.</summary>
    public bool IsBeingModified
    {
        get => Volatile.Read(ref _isBeingModified);
        set => Volatile.Write(ref _isBeingModified, value);
    }

    /// <summary>Whether there is a dirty flag, so that a death can be told from what somebody who is not kept out left.</summary>
    public bool HasDirtyFlag { get; }

    /// <summary>
    /// The dirty flag: set from a writer's first store to its last. If it is set when the lock is acquired, its last holder died.
    /// </summary>
    /// <remarks>
    /// In the sidecar; or, under record locks, in a word of the master page that the original ignores. Where nobody is kept
    /// out there is none.
    /// </remarks>
    public bool IsDirty
    {
        get => Sidecar is { } sidecar ? sidecar.Sidecar.Mark != 0 : HasDirtyFlag && Master.Writing != 0;
        set
        {
            int flag = value ? 1 : 0;
            if (Sidecar is { } sidecar)
                SharedWord.Store(ref sidecar.Sidecar.Mark, flag);
            else if (HasDirtyFlag)
                SetInMaster(flag);
        }
    }

    public MasterView Master => new(Pages.Words(Layout.MasterPage, MasterView.LengthInWords));

    /// <summary>The descriptor, whatever it holds.</summary>
    public DescriptorView DescriptorAsItIs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords));
    }

    /// <summary>Whether a process died while it created the table: nothing but creating it anew is of use then.</summary>
    public bool IsUnfinished => !Master.HasMagic;

    /// <summary>
    /// Whether the descriptor has the table's mark still: a key that is not found may be in a table that another program has
    /// put in this one's place.
    /// </summary>
    public bool IsAsMarked => DescriptorAsItIs.FoundMagic == _magic;

    /// <summary>The descriptor, with all pages it counts made accessible.</summary>
    /// <exception cref="CorruptFileException">It is damaged, or the file is shorter than it says.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DescriptorView OpenDescriptor()
    {
        DescriptorView descriptor = DescriptorAsItIs;
        if (descriptor.FoundMagic != _magic)
            TakeMark(descriptor.FoundMagic);
        int totalPages = descriptor.TotalPages;
        if (totalPages > Pages.MappedPageCount)
            Pages.EnsureMapped(totalPages);
        return descriptor;
    }

    /// <summary>Whether a rehash is under way that is gone on with little by little, and up to which cell it got.</summary>
    public bool IsRehashing(out int nextCell)
    {
        DescriptorView descriptor = DescriptorAsItIs;
        nextCell = Rehash.NextCell(descriptor);
        return descriptor.RehashPhase != RehashPhase.None && Rehash.IsInOrder(descriptor);
    }

    /// <summary>Lets go of the table's memory when nobody holds its lock; threads may still be reading without one.</summary>
    public void Retire()
    {
        if (Sequences is null || Sequences.TryRetire()) // Before the pages, whose zeros would say that nothing is bound.
            Pages.Retire();
    }

    /// <summary>Asks for the cells and the pages of keys that will be needed next, so that the waits overlap.</summary>
    public void Prefetch(ReadOnlySpan<int> keys)
    {
        HashGeometry geometry = Index.GeometryOf(OpenDescriptor());
        foreach (int key in keys)
            Pages.Prefetch(geometry.FirstWordOf(geometry.CellOf(key, 0)));
        foreach (int key in keys)
        {
            bool isThere = Pages.TryGetCell(geometry.FirstWordOf(geometry.CellOf(key, 0)), out _, out int pointer);
            if (isThere && pointer > Layout.NeverUsed)
                Pages.Prefetch((long)pointer * Pages.WordsPerPage);
        }
    }

    /// <summary>The bindings of a key, newest first.</summary>
    public BindingWalk BindingsOf(int key)
    {
        DescriptorView descriptor = OpenDescriptor();
        CellView cell = Index.Find(descriptor, key, out bool found);
        int page = found ? cell.Pointer : 0;
        return new BindingWalk(Pages, descriptor.TotalPages, key, page == Layout.Unbound ? 0 : page, pagesSeen: 0);
    }

    /// <summary>The bindings that a cell stands for.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="pagesSeen">
    /// What <see cref="BindingWalk.PagesSeen"/> came to for the cells before this one, in a walk over all of them.
    /// </param>
    public BindingWalk BindingsOf(DescriptorView descriptor, CellView cell, int pagesSeen = 0) =>
        new(Pages, descriptor.TotalPages, cell.Key, cell.IsBound ? cell.Pointer : 0, pagesSeen);

    /// <summary>Passes the fragments of a key's bindings to <paramref name="reader"/>.</summary>
    public void ReadBlocks(int key, BlockReader reader)
    {
        for (BindingWalk bindings = BindingsOf(key); bindings.MoveNext();)
        {
            BlockControl control = BlockControl.Continue;
            for (FragmentWalk value = bindings.Value; control == BlockControl.Continue && value.MoveNext();)
                control = reader(value.Current, isEnd: false);
            if (control == BlockControl.Continue)
                control = reader([], isEnd: true);
            if (control == BlockControl.Break)
                return;
        }
    }

    /// <summary>Takes the mark that is found first for the table's; another one says that the table is not the same any more.</summary>
    private void TakeMark(int found)
    {
        if (found is not (DescriptorView.Magic or DescriptorView.FutexMagic))
        {
            throw new CorruptFileException(
                Pages.Name, Layout.DescriptorPage, 0, "the page has no longer the mark of a descriptor");
        }

        // Readers may be the first ones together.
        int taken = Interlocked.CompareExchange(ref _magic, found, 0);
        if (taken != 0 && taken != found)
        {
            throw new InvalidTableOperationException(
                $"{Pages.Name}: another program has created the table anew while it was in use here, as Ocamlnet's "
                + "manage ~init does; close it and open it again");
        }
    }

    private void SetInMaster(int flag)
    {
        MasterView master = Master;
        master.Writing = flag;
    }
}
