namespace Netshm;

/// <summary>The hash table from keys to the first pages of their newest bindings.</summary>
/// <remarks>
/// Open addressing over 1 to 16 extents; docs/FileFormat.md, "Hash table". The caller holds the table's lock.
/// </remarks>
internal sealed class HashIndex
{
    private readonly MappedPages _pages;
    private HashGeometry? _geometry;

    public HashIndex(MappedPages pages) => _pages = pages;

    /// <summary>Where the cells are now.</summary>
    /// <exception cref="CorruptFileException">The descriptor's numbers are impossible.</exception>
    public HashGeometry GeometryOf(DescriptorView descriptor)
    {
        HashGeometry? known = Volatile.Read(ref _geometry);
        if (known is not null && known.Matches(descriptor))
            return known;
        HashGeometry current = HashGeometry.Read(descriptor, _pages.WordsPerPage, _pages.Name);
        Volatile.Write(ref _geometry, current);
        return current;
    }

    /// <summary>The cell of a key, or, when it is not found, the never-used cell where the search ended.</summary>
    /// <exception cref="CorruptFileException">The table is damaged, or has no never-used cell at all.</exception>
    public CellView Find(DescriptorView descriptor, int key, out bool found)
    {
        for (var probes = new ProbeWalk(_pages, GeometryOf(descriptor), key); ; probes.MoveNext())
        {
            Seam.Reached(SeamKind.Load);
            CellView cell = probes.Current;
            if (cell.Pointer == Layout.NeverUsed)
            {
                found = false;
                return cell;
            }

            if (cell.Key == key)
            {
                found = true;
                return cell;
            }
        }
    }

    /// <summary>How many cells the search for a key looks at.</summary>
    /// <inheritdoc cref="Find" path="/exception"/>
    public int CountProbes(DescriptorView descriptor, int key)
    {
        int probes = 1;
        var walk = new ProbeWalk(_pages, GeometryOf(descriptor), key);
        while (walk.Current.Pointer != Layout.NeverUsed && walk.Current.Key != key)
        {
            walk.MoveNext();
            probes++;
        }

        return probes;
    }

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
        for (var probes = new ProbeWalk(_pages, GeometryOf(descriptor), key); ; probes.MoveNext())
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

    /// <summary>The cell in which a key's entry is to be put when the table is laid out anew in the spare words.</summary>
    /// <param name="layout">The new layout.</param>
    /// <param name="key">The key.</param>
    public CellView FindSpare(HashGeometry layout, int key)
    {
        for (var probes = new ProbeWalk(_pages, layout, key); ; probes.MoveNext())
        {
            CellView cell = probes.Current;
            if (cell.SparePointer == Layout.NeverUsed)
                return cell;
            if (cell.SpareKey == key)
            {
                throw new CorruptFileException(
                    _pages.Name, null, null, $"key {key} has two cells in the hash table");
            }
        }
    }

    /// <summary>All cells, in the order of the hash table.</summary>
    public CellWalk Cells(DescriptorView descriptor) =>
        new(_pages, Layout.CellsPerPage(_pages.WordsPerPage), descriptor);

    /// <summary>Where the cells are going to be when all of the extents' cells are used.</summary>
    /// <exception cref="CorruptFileException">They have impossible sizes.</exception>
    public HashGeometry GeometryOfAllExtents(DescriptorView descriptor) =>
        HashGeometry.Read(descriptor, _pages.WordsPerPage, _pages.Name, wholeExtents: true);

    /// <summary>How many extents are in use.</summary>
    public static int ExtentCount(DescriptorView descriptor)
    {
        int extent = 0;
        while (extent < Layout.MaxExtents
            && descriptor.ExtentFirstPage(extent) > 0 && descriptor.ExtentPages(extent) > 0)
        {
            extent++;
        }

        return extent;
    }
}
