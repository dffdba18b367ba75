namespace Netshm.Storage;

/// <summary>Enumerates the cells of a hash table.</summary>
internal ref struct CellWalk
{
    private readonly MappedPages _pages;
    private readonly int _cellsPerPage;
    private readonly DescriptorView _descriptor;
    private readonly CellSide _side;
    private Span<int> _page;
    private int _extent;
    private int _pageInExtent;
    private int _cellInPage;

    public CellWalk(MappedPages pages, int cellsPerPage, DescriptorView descriptor)
    {
        _pages = pages;
        _cellsPerPage = cellsPerPage;
        _descriptor = descriptor;
        _side = descriptor.CellSide;
        _pageInExtent = -1;
        _cellInPage = cellsPerPage - 1;
    }

    /// <summary>The cell as searches find it now.</summary>
    public readonly CellView Current => At(_side);

    /// <summary>The cell proper.</summary>
    public readonly CellView Main => At(CellSide.Main);

    /// <summary>Its spare words.</summary>
    public readonly CellView Spare => At(CellSide.Spare);

    /// <summary>The page of the current cell.</summary>
    public readonly int Page => _descriptor.ExtentFirstPage(_extent) + _pageInExtent;

    /// <summary>The first word of the current cell in its page.</summary>
    public readonly int Word => Layout.HashPageHeaderInWords + (Layout.CellLengthInWords * _cellInPage);

    public bool MoveNext()
    {
        if (++_cellInPage < _cellsPerPage)
            return true;
        _cellInPage = 0;
        _pageInExtent++;
        while (_extent < Layout.MaxExtents)
        {
            if (_descriptor.ExtentFirstPage(_extent) <= 0 || _descriptor.ExtentPages(_extent) <= 0)
                return false;
            if (_pageInExtent < _descriptor.ExtentPages(_extent))
            {
                _page = _pages.Page(Page);
                return true;
            }

            _extent++;
            _pageInExtent = 0;
        }

        return false;
    }

    private readonly CellView At(CellSide side) => new(_page.Slice(Word + (int)side, CellView.LengthInWords));
}
