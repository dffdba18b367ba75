namespace Netshm.Storage;

/// <summary>Lays the hash table out anew: in a larger table, or in the same one to drop unbound cells.</summary>
/// <remarks>
/// If all processes know how far it got, each modification does a few cells more; else it is done at once. Either way each
/// process that finds a rehash under way can go on with it: see docs/Protocol.md, "Rehash". The caller holds the table's write
/// lock.
/// </remarks>
internal sealed class Rehash(
    MappedPages pages, HashIndex index, FreeList freeList, ReadSequences? sequences,
    RehashProgress progress, CellMover cells, bool isGradual)
{
    /// <summary>When at most one cell in so many is bound, dropping the unbound ones makes room enough.</summary>
    private const int PurgeWhenBoundAtMostOneIn = 4;

    /// <summary>
    /// How many cells each modification goes on by: enough to be done before a table grows again, which takes one
    /// modification for every two cells that there were, and few enough to take about a microsecond.
    /// </summary>
    public const int CellsToFill = 16 / Seam.StepDivisor, CellsToCopy = 64 / Seam.StepDivisor;

    private readonly MappedPages _pages = pages;
    private readonly HashIndex _index = index;
    private readonly NextExtent _nextExtent = new NextExtent(pages, freeList, progress);
    private readonly ReadSequences? _sequences = sequences;
    private readonly RehashProgress _progress = progress;
    private readonly CellMover _cells = cells;

    /// <summary>Whether all processes that use the table share what is known of its progress.</summary>
    private readonly bool _isGradual = isGradual;

    /// <summary>Whether the table is in a state that modifications may go on from.</summary>
    public bool IsInOrder(DescriptorView descriptor)
    {
        RehashPhase phase = descriptor.RehashPhase;
        return phase == RehashPhase.None || (_isGradual && phase <= RehashPhase.Clearing && phase > 0 && _progress.IsKnown);
    }

    /// <summary>The first cell that the phase under way has not been through.</summary>
    public int NextCell(DescriptorView descriptor) => _progress.NextCellIn(descriptor.RehashPhase);

    /// <summary>Makes room for a cell more, as the original does when more than half of the cells are used.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="keepCells">Whether the cells of keys that are not bound any more are needed, too.</param>
    /// <param name="mayPurge">Whether dropping unbound cells may be enough: not again when it has just been done.</param>
    /// <param name="mayExtend">Whether no extent was added for the same cell before; then one more must be enough.</param>
    /// <returns>Whether cells are elsewhere now; then more room may be needed still.</returns>
    /// <exception cref="OutOfSpaceException">There is no room for a larger table; nothing has changed.</exception>
    /// <exception cref="CorruptFileException">The table is full right after it has grown: it is damaged.</exception>
    public bool MakeRoom(DescriptorView descriptor, bool keepCells, bool mayPurge, bool mayExtend)
    {
        if (descriptor.RehashPhase == RehashPhase.None
            && !(IsFuller(descriptor, 4) && TryBegin(descriptor, keepCells, mayPurge, mayExtend)))
        {
            return false;
        }

        return (!_isGradual || IsShortOfCells(descriptor, keepCells)) && Finish(descriptor, keepCells);
    }

    /// <summary>To be called before each modification, outside transactions: goes on with a rehash by a few cells.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="modifications">How many modifications there were or are going to be.</param>
    public void Advance(DescriptorView descriptor, int modifications)
    {
        RehashPhase phase = descriptor.RehashPhase;
        if (phase == RehashPhase.None)
            return;
        if (IsInOrder(descriptor))
            Step(descriptor, (long)modifications * (phase == RehashPhase.Filling ? CellsToFill : CellsToCopy), keepCells: false);
        else
            Finish(descriptor, keepCells: false);
    }

    /// <summary>To be called before an addition: makes some of the next extent ready, so that it is there in time.</summary>
    public void Prepare(DescriptorView descriptor)
    {
        if (_isGradual && IsFuller(descriptor, 4) && descriptor.RehashPhase == RehashPhase.None && !HasFewBindings(descriptor))
            _nextExtent.MakeSomeReady(descriptor);
    }

    /// <summary>
    /// Drops the cells of keys that are not bound any more before a transaction, in which they would have to stay: without
    /// this, transactions alone would let the hash table grow without end.
    /// </summary>
    /// <remarks>Early enough that a transaction of an eighth of the cells finds room; at most once for each such eighth.</remarks>
    public void PurgeBeforeTransaction(DescriptorView descriptor)
    {
        if (descriptor.RehashPhase == RehashPhase.None && IsFuller(descriptor, 3) && HasFewBindings(descriptor))
            Begin(descriptor);
        else if (descriptor.RehashPhase == RehashPhase.Filling && IsShortOfCells(descriptor, keepCells: true))
            Finish(descriptor, keepCells: false); // Once the transaction keeps cells there may not be enough of them.
    }

    /// <summary>Does all that is left of a rehash; one of which too little is known is begun again.</summary>
    /// <inheritdoc cref="MakeRoom" path="/param"/>
    /// <returns>Whether there was one.</returns>
    public bool Finish(DescriptorView descriptor, bool keepCells)
    {
        if (descriptor.RehashPhase == RehashPhase.None)
            return false;
        if (!_isGradual || !IsInOrder(descriptor))
            BeginAgain(descriptor);
        while (descriptor.RehashPhase != RehashPhase.None)
            Step(descriptor, int.MaxValue, keepCells);
        return true;
    }

    /// <summary>Completes the step between two phases in which a process died; the phase itself can go on later.</summary>
    public void Mend(DescriptorView descriptor)
    {
        if (descriptor.RehashPhase == RehashPhase.Filling)
        {
            descriptor.ClearHalfSetExtent();
        }
        else if (descriptor.RehashPhase == RehashPhase.Copying)
        {
            descriptor.UsedCells = Math.Max(descriptor.UsedCells, _progress.LaidOut);
            descriptor.Cells = _index.NewGeometryOf(descriptor, CellSide.Spare).Cells;
        }
    }

    /// <summary>To be called when the table is left to, or comes from, somebody who does not know of gradual rehashes.</summary>
    public void Forget() => _progress.Forget();

    private static bool IsFuller(DescriptorView descriptor, int eighths)
    {
        int used = descriptor.UsedCells;
        return used < 0 || used * 8L > (long)descriptor.Cells * eighths;
    }

    /// <summary>Whether a rehash must be done with before one more cell is claimed, so that searches always end.</summary>
    /// <remarks>
    /// The new layout has entries of keys that were removed since, too; and it still needs room for the keys that are not in
    /// it yet, of which there are no more than bindings, or used cells.
    /// </remarks>
    private bool IsShortOfCells(DescriptorView descriptor, bool keepCells)
    {
        if ((descriptor.UsedCells + 1L) * 8 > descriptor.Cells * 7L)
            return true;
        if (descriptor.RehashPhase != RehashPhase.Filling)
            return false;
        long needed = (long)_progress.LaidOut + (keepCells ? descriptor.UsedCells : descriptor.Bindings) + 2;
        return needed * 8 > _index.NewGeometryOf(descriptor, CellSide.Spare).Cells * 7L;
    }

    /// <summary>Whether at most a quarter of the cells can be bound; there are no more bound keys than bindings.</summary>
    private static bool HasFewBindings(DescriptorView descriptor) =>
        descriptor.Bindings >= 0 && (long)descriptor.Bindings * PurgeWhenBoundAtMostOneIn <= descriptor.Cells;

    private bool TryBegin(DescriptorView descriptor, bool keepCells, bool mayPurge, bool mayExtend)
    {
        int extents = descriptor.ExtentCount;
        if (mayPurge && HasFewBindings(descriptor))
        {
            Begin(descriptor);
            return true;
        }

        if (extents == Layout.MaxExtents)
            return TryBeginInLargest(descriptor, keepCells);
        if (_isGradual && !_nextExtent.IsReady(descriptor) && !IsFuller(descriptor, 5))
            return false;
        if (!mayExtend)
        {
            throw new CorruptFileException(_pages.Name, Layout.DescriptorPage, DescriptorView.UsedCellsWord,
                $"{descriptor.UsedCells} of {descriptor.Cells} cells are used right after the hash table has grown");
        }

        PageRange pages = _nextExtent.Take(descriptor);

        // From here on until the copying phase, dying leaves a table whose extents have more cells than it uses.
        Begin(descriptor);
        descriptor.SetExtent(extents, pages.First, pages.Count);
        return true;
    }

    /// <summary>
    /// The format has no more than 16 extents: those there are must do, up to seven eighths. Cells are not even counted
    /// before, since that would be done for every key from a half on.
    /// </summary>
    private bool TryBeginInLargest(DescriptorView descriptor, bool keepCells)
    {
        if (descriptor.UsedCells * 8L < descriptor.Cells * 7L)
            return false;
        int needed = CountNeeded(descriptor, keepCells);
        if (needed * 8L >= descriptor.Cells * 7L)
        {
            throw new OutOfSpaceException(
                $"{_pages.Name}: the hash table has all of its {Layout.MaxExtents} extents and {needed} keys");
        }

        Begin(descriptor);
        return true;
    }

    private int CountNeeded(DescriptorView descriptor, bool keepCells)
    {
        int needed = 0;
        for (CellWalk cells = _index.Cells(descriptor); cells.MoveNext();)
            needed += (keepCells ? cells.Current.Pointer != Layout.NeverUsed : cells.Current.IsBound) ? 1 : 0;
        return needed;
    }

    private void Begin(DescriptorView descriptor)
    {
        _progress.Begin(); // Dying after this leaves numbers that are about nothing.
        descriptor.RehashPhase = RehashPhase.Filling;
    }

    /// <summary>Makes a rehash one that is known to this process, from what the descriptor says about it.</summary>
    private void BeginAgain(DescriptorView descriptor)
    {
        RehashPhase phase = descriptor.RehashPhase;
        if (phase is not (RehashPhase.Filling or RehashPhase.Copying or RehashPhase.Clearing))
        {
            throw new CorruptFileException(_pages.Name, Layout.DescriptorPage, DescriptorView.RehashPhaseWord,
                $"{(int)phase} is no phase of a rehash");
        }

        _progress.Forget(); // First: dying from here on makes the next one begin again, too.
        if (phase == RehashPhase.Filling)
        {
            descriptor.ClearHalfSetExtent();
            FillFromStart(descriptor);
            return;
        }

        if (phase == RehashPhase.Copying)
        {
            _sequences?.OpenStructure();
            descriptor.Cells = _index.NewGeometryOf(descriptor, CellSide.Spare).Cells;
            descriptor.UsedCells = CountNeeded(descriptor, keepCells: true);
        }

        _progress.Begin();
    }

    /// <summary>Cells are as before in this phase, whatever the spare words hold.</summary>
    private void FillFromStart(DescriptorView descriptor)
    {
        _cells.Clear(descriptor, 0, _index.NewGeometryOf(descriptor, CellSide.Spare).Cells);
        _progress.Begin();
    }

    private void Step(DescriptorView descriptor, long cells, bool keepCells)
    {
        RehashPhase phase = descriptor.RehashPhase;
        int all = _index.GeometryOf(descriptor).Cells;
        int first = Math.Min(_progress.NextCellIn(phase), all);
        int end = (int)Math.Min(all, first + cells);
        if (phase == RehashPhase.Filling)
            Fill(descriptor, first, end, keepCells);
        else if (phase == RehashPhase.Copying)
            _cells.Copy(descriptor, first, end);
        else
            _cells.Clear(descriptor, first, end);

        if (end < all)
            _progress.SetNextCell(phase, end);
        else
            BeginNext(descriptor, phase);
    }

    private void Fill(DescriptorView descriptor, int first, int end, bool keepCells)
    {
        try
        {
            _cells.Fill(descriptor, first, end, keepCells);
        }
        catch (CorruptFileException)
        {
            // The damage was there before. Leave the spare words as the original needs them for its own refills.
            FillFromStart(descriptor);
            throw;
        }
    }

    private void BeginNext(DescriptorView descriptor, RehashPhase phase)
    {
        if (phase == RehashPhase.Clearing)
        {
            descriptor.RehashPhase = RehashPhase.None;
            return;
        }

        // Readers without a lock look elsewhere from here on. Dying leaves the word odd until recovery has come by.
        _sequences?.OpenStructure();
        if (phase == RehashPhase.Copying)
        {
            descriptor.RehashPhase = RehashPhase.Clearing; // Every cell is as its spare words are.
            return;
        }

        // Before this store the old layout counts; after it the new one does, and it is complete in the spare words.
        descriptor.RehashPhase = RehashPhase.Copying;
        descriptor.UsedCells = _progress.LaidOut;
        descriptor.Cells = _index.NewGeometryOf(descriptor, CellSide.Spare).Cells;
    }
}
