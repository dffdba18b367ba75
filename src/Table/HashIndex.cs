using System.Runtime.CompilerServices;

namespace Netshm;

/// <summary>The hash table from keys to the first pages of their newest bindings.</summary>
/// <remarks>
/// Open addressing over 1 to 16 extents; docs/FileFormat.md, "Hash table". The caller holds the table's lock.
/// </remarks>
internal sealed class HashIndex
{
    /// <summary>Probes before the sequence is linear and so sure to meet every cell once.</summary>
    private const int QuadraticProbes = 10;

    private const int LinearOffset = 72;

    private readonly MappedPages _pages;
    private readonly int _cellsPerPage;

    public HashIndex(MappedPages pages)
    {
        _pages = pages;
        _cellsPerPage = Layout.CellsPerPage(pages.WordsPerPage);
    }

    /// <summary>The cell of a key, or, when it is not found, the never-used cell where the search ended.</summary>
    /// <exception cref="CorruptFileException">The table is damaged, or has no never-used cell at all.</exception>
    public CellView Find(DescriptorView descriptor, int key, out bool found)
    {
        int cells = CellCount(descriptor);
        long lastProbe = (long)cells + LinearOffset + QuadraticProbes;
        for (int probe = 0; probe < lastProbe; probe++)
        {
            CellView cell = CellAt(descriptor, Remainder(unchecked(key + Offset(probe)), cells));
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

        throw NoFreeCell(cells);
    }

    /// <summary>The cell for a new binding of a key: its own, one that is unbound, or a never-used one.</summary>
    /// <remarks>
    /// Taking over the unbound cell of another key is a liberty the original does not take. It is compatible: every
    /// search passes the cell as before, and the new key is not found further along.
    /// </remarks>
    public CellView FindForAdd(DescriptorView descriptor, int key)
    {
        int cells = CellCount(descriptor);
        long lastProbe = (long)cells + LinearOffset + QuadraticProbes;
        int unbound = -1;
        for (int probe = 0; probe < lastProbe; probe++)
        {
            int number = Remainder(unchecked(key + Offset(probe)), cells);
            CellView cell = CellAt(descriptor, number);
            int pointer = cell.Pointer;
            if (pointer == Layout.NeverUsed)
                return unbound < 0 ? cell : CellAt(descriptor, unbound);
            if (cell.Key == key)
                return cell;
            if (pointer == Layout.Unbound && unbound < 0)
                unbound = number;
        }

        throw NoFreeCell(cells);
    }

    /// <summary>The cell in which a key's entry is to be put when the table is laid out anew in the spare words.</summary>
    public CellView FindSpare(DescriptorView descriptor, int key, int cells)
    {
        long lastProbe = (long)cells + LinearOffset + QuadraticProbes;
        for (int probe = 0; probe < lastProbe; probe++)
        {
            CellView cell = CellAt(descriptor, Remainder(unchecked(key + Offset(probe)), cells));
            if (cell.SparePointer == Layout.NeverUsed)
                return cell;
            if (cell.SpareKey == key)
            {
                throw new CorruptFileException(
                    _pages.Name, null, null, $"key {key} has two cells in the hash table");
            }
        }

        throw new CorruptFileException(
            _pages.Name, null, null, $"the keys in the hash table do not fit into its {cells} cells");
    }

    /// <summary>All cells, in the order of the hash table.</summary>
    public CellWalk Cells(DescriptorView descriptor) => new(_pages, _cellsPerPage, descriptor);

    /// <summary>How many cells the extents have together.</summary>
    /// <exception cref="CorruptFileException">They have impossible sizes.</exception>
    public int CellsInExtents(DescriptorView descriptor)
    {
        long pages = 0;
        for (int extent = 0; extent < ExtentCount(descriptor); extent++)
            pages += descriptor.ExtentPages(extent);
        long cells = pages * _cellsPerPage;
        if (pages > _pages.MappedPageCount || cells is <= 0 or > int.MaxValue)
        {
            throw new CorruptFileException(_pages.Name, Layout.DescriptorPage, DescriptorView.ExtentsWord,
                $"the extents have {pages} pages; the file has {_pages.MappedPageCount}");
        }

        return (int)cells;
    }

    /// <summary>How many extents are in use.</summary>
    public static int ExtentCount(DescriptorView descriptor)
    {
        int extent = 0;
        while (extent < Layout.MaxExtents
            && descriptor.ExtentFirstPage(extent) != 0 && descriptor.ExtentPages(extent) != 0)
        {
            extent++;
        }

        return extent;
    }

    /// <summary>How far probe <paramref name="probe"/> of a key is from its first: quadratic, then linear.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Offset(int probe) => probe < QuadraticProbes ? probe * probe : LinearOffset + probe;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Remainder(int dividend, int divisor)
    {
        int remainder = dividend % divisor;
        return remainder + (divisor & (remainder >> 31));
    }

    private int CellCount(DescriptorView descriptor)
    {
        int cells = descriptor.Cells;
        if (cells <= 0)
            ThrowBadCellCount(cells);
        return cells;
    }

    private void ThrowBadCellCount(int cells) => throw new CorruptFileException(
        _pages.Name, Layout.DescriptorPage, DescriptorView.CellsWord,
        $"the hash table has {cells} cells; expected at least 1");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CellView CellAt(DescriptorView descriptor, int number)
    {
        int page = (int)((uint)number / (uint)_cellsPerPage);
        int word = Layout.HashPageHeaderInWords + (Layout.CellLengthInWords * (number - (page * _cellsPerPage)));
        for (int extent = 0; extent < Layout.MaxExtents; extent++)
        {
            int firstPage = descriptor.ExtentFirstPage(extent);
            int pages = descriptor.ExtentPages(extent);
            if (firstPage <= 0 || pages <= 0)
                break;
            if (page < pages)
                return new CellView(_pages.Page(unchecked(firstPage + page)).Slice(word, Layout.CellLengthInWords));
            page -= pages;
        }

        throw NoSuchCell(number, descriptor.Cells);
    }

    private CorruptFileException NoSuchCell(int number, int cells) => new(
        _pages.Name, Layout.DescriptorPage, DescriptorView.ExtentsWord,
        $"the extents end before cell {number} of {cells}");

    private CorruptFileException NoFreeCell(int cells) => new(
        _pages.Name, Layout.DescriptorPage, DescriptorView.CellsWord,
        $"all {cells} cells are used; the hash table must always have a free one");
}
