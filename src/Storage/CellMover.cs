namespace Netshm.Storage;

/// <summary>Moves the entries of cells to where a rehash wants them, and keeps what is moved already in step.</summary>
/// <remarks>docs/Protocol.md, "Rehash". The caller holds the table's write lock. Each step can be repeated.</remarks>
internal sealed class CellMover(MappedPages pages, HashIndex index, RehashProgress progress)
{
    /// <summary>Lays the entries of cells out in the spare words.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="first">The first cell.</param>
    /// <param name="end">The cell behind the last one.</param>
    /// <param name="keepCells">Whether the cells of keys that are not bound any more are needed, too.</param>
    /// <exception cref="CorruptFileException">A key has two cells.</exception>
    public void Fill(DescriptorView descriptor, int first, int end, bool keepCells)
    {
        HashGeometry cells = index.GeometryOf(descriptor);
        HashGeometry layout = index.NewGeometryOf(descriptor, CellSide.Spare);
        AskForTargets(cells, layout, first, end);
        for (int cell = first; cell < end; cell++)
        {
            CellView source = At(cells, cell);
            int pointer = source.Pointer;
            if (pointer == Layout.NeverUsed || (pointer == Layout.Unbound && !keepCells))
                continue;
            CellView target = Find(layout, source.Key);
            if (target.Pointer == Layout.NeverUsed)
                Claim(target, source.Key, pointer);
            else if (target.Pointer != pointer)
                throw new CorruptFileException(pages.Name, null, null, $"key {source.Key} has two cells in the hash table");
        }
    }

    /// <summary>Copies spare words over their cells.</summary>
    /// <inheritdoc cref="Fill" path="/param"/>
    public void Copy(DescriptorView descriptor, int first, int end)
    {
        HashGeometry spares = index.GeometryOf(descriptor);
        HashGeometry cells = index.NewGeometryOf(descriptor, CellSide.Main);
        for (int cell = first; cell < end; cell++)
            CopyCell(spares, cells, cell);
    }

    /// <summary>Clears spare words.</summary>
    /// <inheritdoc cref="Fill" path="/param"/>
    public void Clear(DescriptorView descriptor, int first, int end)
    {
        HashGeometry spares = index.NewGeometryOf(descriptor, CellSide.Spare);
        for (int cell = first; cell < end; cell++)
        {
            CellView spare = At(spares, cell);
            spare.Key = 0;
            spare.Pointer = Layout.NeverUsed;
        }
    }

    /// <summary>Does with a key's entry what a modification has just done with it where searches find it.</summary>
    /// <remarks>
    /// Dying before this leaves two layouts that differ. Taking the modification back, which comes here too, makes them
    /// equal again; where there are no records to take it back by, the rehash is begun again.
    /// </remarks>
    public void Follow(DescriptorView descriptor, int key, int pointer)
    {
        RehashPhase phase = descriptor.RehashPhase;
        if (phase == RehashPhase.Filling)
            FollowInLayout(index.NewGeometryOf(descriptor, CellSide.Spare), key, pointer);
        else if (phase == RehashPhase.Copying)
            FollowInCopy(descriptor, key);
    }

    /// <summary>Whether the new layout has an entry for a key.</summary>
    public bool IsLaidOut(DescriptorView descriptor, int key) =>
        Find(index.NewGeometryOf(descriptor, CellSide.Spare), key).Pointer != Layout.NeverUsed;

    private void FollowInLayout(HashGeometry layout, int key, int pointer)
    {
        CellView target = Find(layout, key);
        if (target.Pointer != Layout.NeverUsed)
            target.Pointer = pointer;
        else if (pointer != Layout.Unbound)
            Claim(target, key, pointer);
    }

    private void FollowInCopy(DescriptorView descriptor, int key)
    {
        HashGeometry spares = index.GeometryOf(descriptor);
        var probes = ProbeWalk.ToEnd(pages, spares, key);
        if (probes.Current.Pointer != Layout.NeverUsed)
            CopyCell(spares, index.NewGeometryOf(descriptor, CellSide.Main), spares.CellOf(key, probes.Probe));
    }

    private void Claim(CellView target, int key, int pointer)
    {
        progress.LaidOut++; // Dying after this leaves a count too high, which only makes the next rehash early.
        target.Key = key;
        target.Pointer = pointer;
    }

    private void CopyCell(HashGeometry spares, HashGeometry cells, int cell)
    {
        CellView from = At(spares, cell);
        CellView to = At(cells, cell);
        to.Key = from.Key;
        to.Pointer = from.Pointer;
    }

    /// <summary>Asks for the memory of all targets first, so that the waits for it overlap.</summary>
    private void AskForTargets(HashGeometry cells, HashGeometry layout, int first, int end)
    {
        for (int cell = first; cell < end; cell++)
        {
            CellView source = At(cells, cell);
            if (source.IsBound)
                pages.Prefetch(layout.FirstWordOf(layout.CellOf(source.Key, 0)));
        }
    }

    /// <summary>The cell of a key, or the never-used one where its search ends.</summary>
    private CellView Find(HashGeometry geometry, int key) => ProbeWalk.ToEnd(pages, geometry, key).Current;

    private CellView At(HashGeometry geometry, int cell) =>
        new(pages.WordsAt(geometry.FirstWordOf(cell), CellView.LengthInWords));
}
