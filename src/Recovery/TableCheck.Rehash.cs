namespace Netshm.Recovery;

/// <content>What spare words may hold: nothing, or what a rehash that is under way has put there.</content>
internal ref partial struct TableCheck
{
    private static bool IsRehashing(TableStorage storage, out int nextCell)
    {
        nextCell = 0;
        return storage.DescriptorAsItIs.HasMagic && storage.IsRehashing(out nextCell);
    }

    private readonly void CheckSpareWords(CellWalk cells, int number)
    {
        if (!_isRehashing)
            CheckIsClear(cells, "outside a rehash");
        else if (_descriptor.RehashPhase == RehashPhase.Filling)
            CheckLayout(cells, number);
        else if (_descriptor.RehashPhase == RehashPhase.Copying && number < _nextCell)
            CheckCopy(cells);
        else if (_descriptor.RehashPhase == RehashPhase.Clearing && number < _nextCell)
            CheckIsClear(cells, "though a rehash has cleared them");
    }

    private readonly void CheckIsClear(CellWalk cells, string when)
    {
        if (cells.Spare.Key != 0 || cells.Spare.Pointer != 0)
            Report(cells.Page, cells.Word + (int)CellSide.Spare, $"the spare words of the cell are in use {when}");
    }

    private readonly void CheckCopy(CellWalk cells)
    {
        // The key of a cell that was never used means nothing.
        bool isSameKey = cells.Main.Key == cells.Spare.Key || cells.Spare.Pointer == Layout.NeverUsed;
        if (!isSameKey || cells.Main.Pointer != cells.Spare.Pointer)
            Report(cells.Page, cells.Word, "the cell differs from its spare words, which a rehash has copied over it");
    }

    /// <summary>An entry of the new layout says what the key's cell says, and each cell that was laid out has one.</summary>
    private readonly void CheckLayout(CellWalk cells, int number)
    {
        try
        {
            if (cells.Spare.Pointer != Layout.NeverUsed)
            {
                CellView cell = _storage.Index.Find(_descriptor, cells.Spare.Key, out bool found);
                if (cells.Spare.Pointer != (found ? cell.Pointer : Layout.Unbound))
                    Report(cells.Page, cells.Word + (int)CellSide.Spare, "the new layout has another binding than the cell of the key");
            }

            if (number < _nextCell && cells.Main.IsBound && !_storage.Cells.IsLaidOut(_descriptor, cells.Main.Key))
                Report(cells.Page, cells.Word, "a rehash has been through the cell, and the new layout does not have it");
        }
        catch (CorruptFileException e)
        {
            Report(e);
        }
    }
}
