namespace Netshm.Opening;

/// <summary>Lays a table out in a file that nobody uses; docs/Protocol.md, "Creation".</summary>
/// <remarks>
/// The caller holds the creation lock. From <see cref="Erase"/> to the end of <see cref="Format"/>, dying leaves an unfinished
/// table, which the next process lays out again, with the locking method that was wanted.
/// </remarks>
/// <param name="name">The table's name.</param>
/// <param name="pages">The file, in pages of the new table.</param>
/// <param name="init">How many elements to lay it out for.</param>
/// <param name="locking">The method by which processes are going to be kept apart.</param>
internal sealed class TableCreation(SharedMemoryName name, MappedPages pages, int init, LockingMethod locking)
{
    private readonly SharedMemoryName _name = name;
    private readonly MappedPages _pages = pages;
    private readonly int _init = init;
    private readonly LockingMethod _locking = locking;

    private MasterView Master => new(_pages.Words(Layout.MasterPage, MasterView.LengthInWords));

    /// <summary>How many hash pages a table for <paramref name="init"/> elements gets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or more than the format can hold.</exception>
    public static int HashPagesFor(int init, int wordsPerPage)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(init);
        int cellsPerPage = Layout.CellsPerPage(wordsPerPage);
        long pages = Math.Max(1, ((2L * init) + cellsPerPage - 1) / cellsPerPage);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pages * cellsPerPage, int.MaxValue, nameof(init));
        return (int)pages;
    }

    /// <summary>Forgets the sidecar that a table had, which has no use for one any more.</summary>
    /// <remarks>Dying in between leaves a table of whose sidecar less is known, and to which this is done again.</remarks>
    public static void ForgetSidecar(MappedPages pages, SharedMemoryName name)
    {
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        _ = SidecarFile.TryRemoveWithTable(name, master.TableId); // What can't be removed is another table's from now on.
        master.TableId = 0;
        master.Generation = 0;
        master.Stamp = 0;
        master.Locking = LockingMark.WordOf(LockingMethod.Record);
    }

    /// <summary>Makes the file long enough; it holds what it held.</summary>
    /// <exception cref="OutOfSpaceException">There is no room.</exception>
    public void MakeRoom() =>
        _pages.Grow(checked(Layout.FirstHashPage(_pages.WordsPerPage) + HashPagesFor(_init, _pages.WordsPerPage)));

    /// <summary>Takes away whatever the file holds.</summary>
    /// <param name="isEmpty">Whether it is known to be empty, so that nothing needs clearing.</param>
    public void Erase(bool isEmpty)
    {
        MasterView master = Master;
        master.Creation = MasterView.CreationMark;
        master.ClearMagic();
        master.Locking = LockingMark.WordOf(_locking);
        if (isEmpty)
            return;

        // It is about the table that is gone by now.
        if (master.TableId != 0)
            _ = SidecarFile.TryRemoveWithTable(_name, master.TableId);
        Seam.Reached(SeamKind.Store);

        // Smaller pages may have had their descriptor in what is the master page now.
        _pages.Page(Layout.MasterPage)[MasterView.LengthInWords..].Clear();
        _pages.ClearFrom(Layout.DescriptorPage);
    }

    /// <summary>Lays out an empty table in the erased file.</summary>
    public void Format()
    {
        int hashPages = HashPagesFor(_init, _pages.WordsPerPage);
        int firstHashPage = Layout.FirstHashPage(_pages.WordsPerPage);
        var descriptor = new DescriptorView(_pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords));
        descriptor.TotalPages = firstHashPage + hashPages;
        descriptor.Cells = hashPages * Layout.CellsPerPage(_pages.WordsPerPage);
        descriptor.SetExtent(0, firstHashPage, hashPages);
        descriptor.WriteMagic(LockingMark.MagicOf(_locking));

        MasterView master = Master;
        master.TableId = _locking == LockingMethod.Futex ? SidecarAttachment.NewId() : 0;
        master.Writing = 0;
        master.Generation = 0; // No process has come to it.
        master.Stamp = 0;
        master.DescriptorPage = Layout.DescriptorPage;
        master.WriteMagic();
        master.Creation = 0;
    }
}
