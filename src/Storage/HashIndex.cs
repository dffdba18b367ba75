namespace Netshm.Storage;

/// <summary>The hash table from keys to the first pages of their newest bindings.</summary>
/// <remarks>
/// Open addressing over 1 to 16 extents; docs/FileFormat.md, "Hash table". The caller holds the table's lock.
/// </remarks>
internal sealed class HashIndex(MappedPages pages)
{
    private HashGeometry? _geometry;
    private HashGeometry? _newGeometry;

    /// <summary>Where the cells are now.</summary>
    /// <exception cref="CorruptFileException">The descriptor's numbers are impossible.</exception>
    public HashGeometry GeometryOf(DescriptorView descriptor)
    {
        HashGeometry? known = Volatile.Read(ref _geometry);
        if (known is not null && known.Matches(descriptor) && known.Side == descriptor.CellSide)
            return known;
        HashGeometry current = HashGeometry.Read(descriptor, pages.WordsPerPage, pages.Name);
        Volatile.Write(ref _geometry, current);
        return current;
    }

    /// <summary>Where the cells are going to be when all of the extents' cells are used.</summary>
    /// <exception cref="CorruptFileException">They have impossible sizes.</exception>
    public HashGeometry NewGeometryOf(DescriptorView descriptor, CellSide side)
    {
        HashGeometry? known = Volatile.Read(ref _newGeometry);
        if (known is not null && known.Side == side && known.Matches(descriptor))
            return known;
        HashGeometry layout = HashGeometry.ReadWhole(descriptor, side, pages.WordsPerPage, pages.Name);
        Volatile.Write(ref _newGeometry, layout);
        return layout;
    }

    /// <summary>The cell of a key, or, when it is not found, the never-used cell where the search ended.</summary>
    /// <exception cref="CorruptFileException">The table is damaged, or has no never-used cell at all.</exception>
    public CellView Find(DescriptorView descriptor, int key, out bool found)
    {
        var probes = ProbeWalk.ToEnd(pages, GeometryOf(descriptor), key);
        found = probes.Current.Pointer != Layout.NeverUsed;
        return probes.Current;
    }

    /// <summary>How many cells the search for a key looks at.</summary>
    /// <inheritdoc cref="Find" path="/exception"/>
    public int CountProbes(DescriptorView descriptor, int key) =>
        ProbeWalk.ToEnd(pages, GeometryOf(descriptor), key).Probe + 1;

    /// <summary>The cell for a new binding of a key: its own, one that is unbound, or a never-used one.</summary>
    /// <remarks>
    /// Taking over the unbound cell of another key is a liberty the original does not take. It is compatible: every
    /// search passes the cell as before, and the new key is not found further along.
    /// </remarks>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="key">The key.</param>
    /// <param name="keepCells">Whether other keys keep their cells, though they are not bound any more.</param>
    public CellView FindForAdd(DescriptorView descriptor, int key, bool keepCells)
    {
        CellView unbound = default;
        bool hasUnbound = false;
        for (var probes = new ProbeWalk(pages, GeometryOf(descriptor), key); ; probes.MoveNext())
        {
            CellView cell = probes.Current;
            int pointer = cell.Pointer;
            if (pointer == Layout.NeverUsed)
                return hasUnbound ? unbound : cell;
            if (cell.Key == key)
                return cell;
            if (pointer == Layout.Unbound && !hasUnbound && !keepCells)
            {
                unbound = cell;
                hasUnbound = true;
            }
        }
    }

    /// <summary>All cells, in the order of the hash table.</summary>
    public CellWalk Cells(DescriptorView descriptor) =>
        new(pages, Layout.CellsPerPage(pages.WordsPerPage), descriptor);
}
