using System.Runtime.CompilerServices;

namespace Netshm.Storage;

/// <summary>Walks over the cells where a key may be, in the order of its search; begins at the first one.</summary>
internal ref struct ProbeWalk
{
    private readonly MappedPages _pages;
    private readonly HashGeometry _geometry;
    private readonly int _key;
    private int _probe;

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

    /// <summary>Goes to the next probe.</summary>
    /// <exception cref="CorruptFileException">Every cell was met: the hash table must always have a free one.</exception>
    public void MoveNext()
    {
        if (++_probe >= _geometry.ProbeCount)
            ThrowNoFreeCell();
        Current = CellAt(_probe);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly CellView CellAt(int probe) =>
        new(_pages.WordsAt(_geometry.FirstWordOf(_geometry.CellOf(_key, probe)), CellView.LengthInWords));

    private readonly void ThrowNoFreeCell() => throw new CorruptFileException(
        _pages.Name, Layout.DescriptorPage, DescriptorView.CellsWord,
        $"all {_geometry.Cells} cells are used; the hash table must always have a free one");
}
