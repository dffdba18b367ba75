namespace Netshm;

/// <summary>Lays the hash table out anew: in a larger table, or in the same one to drop unbound cells.</summary>
/// <remarks>
/// The steps are marked in the descriptor, and each can be repeated, so that whoever finds a mark can finish what a
/// dead process began: see docs/Locking.md, "Rehash". The caller holds the table's write lock.
/// </remarks>
internal sealed class Rehash
{
    /// <summary>When at most one cell in so many is bound, dropping the unbound ones makes room enough.</summary>
    private const int PurgeWhenBoundAtMostOneIn = 4;

    private readonly MappedPages _pages;
    private readonly HashIndex _index;
    private readonly FreeList _freeList;
    private readonly ReadSequences? _sequences;

    public Rehash(MappedPages pages, HashIndex index, FreeList freeList, ReadSequences? sequences)
    {
        _sequences = sequences;
        _pages = pages;
        _index = index;
        _freeList = freeList;
    }

    /// <summary>Makes room for a cell more, as the original does when more than half of the cells are used.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="keepCells">Whether the cells of keys that are not bound any more are needed, too.</param>
    /// <returns>Whether the hash table was laid out anew, so that cells are elsewhere now.</returns>
    /// <exception cref="OutOfSpaceException">There is no room for a larger table; nothing has changed.</exception>
    public bool MakeRoom(DescriptorView descriptor, bool keepCells)
    {
        int cells = descriptor.Cells;
        int used = descriptor.UsedCells;
        if (used >= 0 && used * 2L <= cells)
            return false;

        // The format has no more than 16 extents: those there are must do, up to seven eighths. Cells are not even counted
        // before, since that would be done for every key from a half on.
        int extent = HashIndex.ExtentCount(descriptor);
        bool isLargest = extent == Layout.MaxExtents;
        if (isLargest && used * 8L < cells * 7L && (keepCells || !HasFewBindings(descriptor)))
            return false;

        int needed = CountNeeded(descriptor, keepCells);
        if (isLargest && needed * 8L >= cells * 7L)
        {
            throw new OutOfSpaceException(
                $"{_pages.Name}: the hash table has all of its {Layout.MaxExtents} extents and {needed} keys");
        }

        if (!isLargest && (long)needed * PurgeWhenBoundAtMostOneIn > cells)
            AddExtent(descriptor, extent);

        FromFilling(descriptor, keepCells);
        return true;
    }

    /// <summary>
    /// Drops the cells of keys that are not bound any more before a transaction, in which they would have to stay: without
    /// this, transactions alone would let the hash table grow without end.
    /// </summary>
    /// <remarks>Early enough that a transaction of an eighth of the cells finds room; at most once for each such eighth.</remarks>
    public void PurgeBeforeTransaction(DescriptorView descriptor)
    {
        if (descriptor.UsedCells * 8L > descriptor.Cells * 3L && HasFewBindings(descriptor))
            FromFilling(descriptor, keepCells: false);
    }

    /// <summary>Finishes a rehash during which a process died.</summary>
    /// <inheritdoc cref="MakeRoom" path="/param"/>
    /// <returns>Whether there was one.</returns>
    public bool Finish(DescriptorView descriptor, bool keepCells)
    {
        switch (descriptor.RehashPhase)
        {
            case RehashPhase.None:
                return false;
            case RehashPhase.Filling:
                descriptor.ClearHalfSetExtent();
                FromFilling(descriptor, keepCells);
                return true;
            case RehashPhase.Copying:
                FromCopying(descriptor);
                return true;
            case RehashPhase.Clearing:
                FromClearing(descriptor);
                return true;
            default:
                throw new CorruptFileException(_pages.Name, Layout.DescriptorPage, DescriptorView.RehashPhaseWord,
                    $"{(int)descriptor.RehashPhase} is no phase of a rehash");
        }
    }

    private static int NextExtentPages(DescriptorView descriptor, int extents)
    {
        long largest = 1;
        for (int extent = 0; extent < extents; extent++)
            largest = Math.Max(largest, descriptor.ExtentPages(extent));
        return (int)Math.Min(2 * largest, int.MaxValue);
    }

    private void AddExtent(DescriptorView descriptor, int extent)
    {
        int pages = NextExtentPages(descriptor, extent);
        int firstPage = _freeList.TakeFromEnd(descriptor, pages);

        // The original leaves old pages beyond the end when it re-initialises a table.
        for (int page = firstPage; page < firstPage + pages; page++)
        {
            Seam.Reached(SeamKind.Store);
            _pages.Page(page).Clear();
        }

        // From here on until the copying phase, dying leaves a table whose extents have more cells than it uses, and the
        // mark makes the next writer begin again.
        descriptor.RehashPhase = RehashPhase.Filling;
        descriptor.SetExtent(extent, firstPage, pages);
    }

    /// <summary>Whether at most a quarter of the cells can be bound; there are no more bound keys than bindings.</summary>
    private static bool HasFewBindings(DescriptorView descriptor) =>
        (long)descriptor.Bindings * PurgeWhenBoundAtMostOneIn <= descriptor.Cells;

    private int CountNeeded(DescriptorView descriptor, bool keepCells)
    {
        int needed = 0;
        for (CellWalk cells = _index.Cells(descriptor); cells.MoveNext();)
            needed += IsNeeded(cells.Current, keepCells) ? 1 : 0;
        return needed;
    }

    private static bool IsNeeded(CellView cell, bool keepCells) =>
        keepCells ? cell.Pointer != Layout.NeverUsed : cell.IsBound;

    private void FromFilling(DescriptorView descriptor, bool keepCells)
    {
        // Cells stay as they are in this phase, whatever the spare words hold.
        descriptor.RehashPhase = RehashPhase.Filling;
        HashGeometry layout = _index.GeometryOfAllExtents(descriptor);
        ClearSpares(descriptor);
        try
        {
            for (CellWalk walk = _index.Cells(descriptor); walk.MoveNext();)
            {
                CellView cell = walk.Current;
                if (!IsNeeded(cell, keepCells))
                    continue;
                CellView target = _index.FindSpare(layout, cell.Key);
                target.SpareKey = cell.Key;
                target.SparePointer = cell.Pointer;
            }
        }
        catch (CorruptFileException)
        {
            // The damage was there before. Leave the spare words as the original needs them for its own refills.
            ClearSpares(descriptor);
            throw;
        }

        FromCopying(descriptor);
    }

    private void FromCopying(DescriptorView descriptor)
    {
        // Readers without a lock keep out while the cells change. Dying leaves the word odd until the rehash is finished.
        _sequences?.OpenStructure();

        // Before this store the old layout counts; after it the new one does, and it is complete in the spare words.
        descriptor.RehashPhase = RehashPhase.Copying;
        descriptor.Cells = _index.GeometryOfAllExtents(descriptor).Cells;
        int used = 0;
        for (CellWalk walk = _index.Cells(descriptor); walk.MoveNext();)
        {
            CellView cell = walk.Current;
            cell.Key = cell.SpareKey;
            cell.Pointer = cell.SparePointer;
            used += cell.SparePointer == Layout.NeverUsed ? 0 : 1;
        }

        descriptor.UsedCells = used;
        FromClearing(descriptor);
    }

    private void FromClearing(DescriptorView descriptor)
    {
        descriptor.RehashPhase = RehashPhase.Clearing;
        ClearSpares(descriptor);
        descriptor.RehashPhase = RehashPhase.None;
    }

    private void ClearSpares(DescriptorView descriptor)
    {
        for (CellWalk walk = _index.Cells(descriptor); walk.MoveNext();)
        {
            CellView cell = walk.Current;
            cell.SpareKey = 0;
            cell.SparePointer = 0;
        }
    }
}
