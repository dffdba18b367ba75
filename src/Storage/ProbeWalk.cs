namespace Netshm.Storage;

/// <summary>Walks over the cells where a key may be, in the order of its search; begins at the first one.</summary>
internal ref struct ProbeWalk
{
    private readonly MappedPages _pages;
    private readonly HashGeometry _geometry;
    private readonly int _key;

    /// <exception cref="CorruptFileException">The cell is beyond the end of the file.</exception>
    public ProbeWalk(MappedPages pages, HashGeometry geometry, int key)
    {
        _pages = pages;
        _geometry = geometry;
        _key = key;
        Current = CellAt(0);
    }

    /// <summary>The cell of this probe.</summary>
    public CellView Current { get; private set; }

    /// <summary>Its number among the probes, from 0.</summary>
    public int Probe { get; private set; }

    /// <summary>Whether the search for the key ends here: the cell is the key's, or was never used.</summary>
    private readonly bool IsAtEnd => Current.Pointer == Layout.NeverUsed || Current.Key == _key;

    /// <summary>A walk that has come to where the search for the key ends.</summary>
    /// <inheritdoc cref="MoveNext" path="/exception"/>
    public static ProbeWalk ToEnd(MappedPages pages, HashGeometry geometry, int key)
    {
        var probes = new ProbeWalk(pages, geometry, key);
        Seam.Reached(SeamKind.Load);
        while (!probes.IsAtEnd)
        {
            probes.MoveNext();
            Seam.Reached(SeamKind.Load);
        }

        return probes;
    }

    /// <summary>Goes to the next probe.</summary>
    /// <exception cref="CorruptFileException">Every cell was met: the hash table must always have a free one.</exception>
    public void MoveNext()
    {
        if (++Probe >= _geometry.ProbeCount)
            ThrowNoFreeCell();
        Current = CellAt(Probe);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly CellView CellAt(int probe) =>
        new(_pages.WordsAt(_geometry.FirstWordOf(_geometry.CellOf(_key, probe)), CellView.LengthInWords));

    private readonly void ThrowNoFreeCell() => throw new CorruptFileException(
        _pages.Name, Layout.DescriptorPage, DescriptorView.CellsWord,
        $"all {_geometry.Cells} cells are used; the hash table must always have a free one");
}
