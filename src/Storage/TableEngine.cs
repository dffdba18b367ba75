using System.Runtime.CompilerServices;
using Netshm.Format;
using Netshm.Interop;
using Netshm.Locking;
using Netshm.Transactions;

namespace Netshm.Storage;

/// <summary>A table's storage: what is read of it, and what its write lock's holder does first and last.</summary>
/// <remarks>Unless said otherwise, who calls holds the lock it needs. <see cref="Writer"/> does the modifications.</remarks>
internal sealed partial class TableEngine
{
    private readonly ReadSequences? _sequences;
    private readonly WriteMark? _mark;
    private readonly UndoJournal? _journal;

    /// <summary>The descriptor's mark; 0 until it is known.</summary>
    private int _magic;
    private readonly ChangeRing? _changes;
    private readonly Rehash _rehash;
    private readonly ProcessLock _processes;
    private bool _isWriting;

    /// <param name="pages">The table.</param>
    /// <param name="processes">Its lock, for the content that is to be freed or edited.</param>
    /// <param name="sidecar">What is in its sidecar.</param>
    public TableEngine(MappedPages pages, ProcessLock processes, SidecarContents sidecar)
        : this(pages, processes, sidecar.Sequences, sidecar)
    {
    }

    /// <param name="pages">The table, which has no sidecar.</param>
    /// <param name="processes">Its lock, for the content that is to be freed or edited.</param>
    /// <param name="sequences">Where readers without a lock look, or null when there are none.</param>
    public TableEngine(MappedPages pages, ProcessLock processes, ReadSequences? sequences)
        : this(pages, processes, sequences, sidecar: null)
    {
    }

    private TableEngine(MappedPages pages, ProcessLock processes, ReadSequences? sequences, SidecarContents? sidecar)
    {
        Pages = pages;
        _processes = processes;
        _sequences = sequences;
        Index = new HashIndex(pages);
        RehashProgress progress = sidecar?.Rehash ?? new RehashProgress(block: null, offsetInBytes: 0);
        Cells = new CellMover(pages, Index, progress);
        if (sidecar is not null)
        {
            Sidecar = sidecar;
            _magic = DescriptorView.FutexMagic;
            _journal = new UndoJournal(sidecar.Journal, pages, Index, Cells);
            _mark = new WriteMark.InSidecar(sidecar.Sidecar);
            _changes = sidecar.Changes;
        }
        else if (processes is RecordLock)
        {
            _mark = new WriteMark.InTable(pages);
        }

        var freeList = new FreeList(pages, _journal, processes.Counters);
        _rehash = new Rehash(
            pages, Index, freeList, sequences, progress, Cells, isGradual: sidecar is not null);
        Writer = new TableWriter(this, processes, sequences, _journal, _changes, freeList, _rehash);
    }

    /// <summary>What is in the table's sidecar; null when it has none.</summary>
    public SidecarContents? Sidecar { get; }

    public MappedPages Pages { get; }

    public HashIndex Index { get; }

    public CellMover Cells { get; }

    public TableWriter Writer { get; }

    /// <summary>What this process counts about the table.</summary>
    public TableCounters Counters => _processes.Counters;

    /// <summary>Whether a thread of this process holds the write lock and may be modifying the table.</summary>
    public bool IsWriting => Volatile.Read(ref _isWriting);

    /// <summary>Called after a recovery, by the thread that made it, under the write lock.</summary>
    public Action<TableRecovery>? Recovered { get; init; }

    /// <summary>The descriptor, whatever it holds.</summary>
    public DescriptorView DescriptorAsItIs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords));
    }

    /// <summary>Whether a reader under the lock has to get the write lock first, for <see cref="BeginWriting"/>.</summary>
    /// <remarks>
    /// Where the order of stores is all there is, a table is readable after any death; where there is a journal, it is so
    /// after recovery.
    /// </remarks>
    public bool MustRecoverToRead => !_isWriting
        && (!_rehash.IsInOrder(OpenDescriptor()) || (_journal is not null && _mark is { IsSet: true }));

    /// <summary>Whether one who can't recover may read all the same.</summary>
    public bool CanReadUnrecovered => _journal is null && OpenDescriptor().RehashPhase != RehashPhase.Copying;

    /// <summary>Whether a process died while it created the table: nothing but creating it anew is of use then.</summary>
    public bool IsUnfinished =>
        !new MasterView(Pages.Words(Layout.MasterPage, MasterView.LengthInWords)).HasMagic;

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

    /// <summary>To be called with the write lock, before anything is modified: recovers if the last holder died.</summary>
    /// <remarks>Within one hold of the lock only the first call does anything.</remarks>
    /// <param name="deadline">Until when recovery waits for readers of other processes; null for as long as it takes.</param>
    /// <exception cref="CorruptFileException">The table is damaged; the next holder will find out the same.</exception>
    /// <exception cref="LockTimeoutException">The deadline has passed; the next holder recovers.</exception>
    public void BeginWriting(Deadline? deadline = null)
    {
        if (_isWriting)
            return;
        _changes?.Begin();
        if (IsUnsettled())
            Recover(scan: _journal is null, deadline);

        // Dying from here on makes the next holder of the lock recover.
        _mark?.IsSet = true;
        _isWriting = true;
    }

    /// <summary>Shows readers what the holder of the write lock has done so far, unless it can still be taken back.</summary>
    public void ShowChanges()
    {
        if (!_isWriting || _journal is not null and not { State: JournalState.Idle })
            return;
        _sequences?.CloseAll();
        if (_changes is null)
            return;
        _changes.Wake();
        _changes.Begin();
    }

    /// <summary>To be called before the write lock is released: shows readers what was done.</summary>
    public void EndWriting()
    {
        if (!_isWriting)
            return;
        _isWriting = false;

        // A change that could be neither completed nor taken back stays unsettled, and readers stay out.
        if (_journal is not null && _journal.State != JournalState.Idle)
        {
            _sequences?.LeaveOpen();
            return;
        }

        _sequences?.CloseAll();
        _changes?.Publish(); // What was not said yet: the table's creation, or an edit that an exception ended.
        _mark?.IsSet = false;
    }

    /// <summary>Ends a gradual rehash for those who do not know of it. The caller has begun writing.</summary>
    public void FinishRehash()
    {
        _ = _rehash.Finish(OpenDescriptor(), keepCells: false);
        _rehash.Forget(); // Dying before the table is given away leaves one that is in order.
    }

    /// <summary>Whether a rehash is under way that is gone on with little by little, and up to which cell it got.</summary>
    public bool IsRehashing(out int nextCell)
    {
        DescriptorView descriptor = DescriptorAsItIs;
        nextCell = _rehash.NextCell(descriptor);
        return descriptor.RehashPhase != RehashPhase.None && _rehash.IsInOrder(descriptor);
    }

    /// <summary>Lets go of the table's memory when nobody holds its lock; threads may still be reading without one.</summary>
    public void Retire()
    {
        if (_sequences is null || _sequences.TryRetire()) // Before the pages, whose zeros would say that nothing is bound.
            Pages.Retire();
    }

    /// <summary>How many keys <see cref="Prefetch"/> is meant for at a time.</summary>
    public const int PrefetchLength = 32;

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
}
