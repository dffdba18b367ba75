using Netshm.Tool.CommandLine;

namespace Netshm.Tool.Tables;

/// <summary>
/// A copy of a damaged table in which is taken back what a process left unfinished that died, by the undo journal of the
/// table's sidecar. Table and sidecar stay as they are.
/// </summary>
internal sealed class UnfinishedWork : IDisposable
{
    private readonly Unfinished _copyFile;

    private UnfinishedWork(DamagedTable copy, Unfinished copyFile, int storesTakenBack)
    {
        Table = copy;
        _copyFile = copyFile;
        StoresTakenBack = storesTakenBack;
    }

    /// <summary>The copy.</summary>
    public DamagedTable Table { get; }

    /// <summary>How many stores were taken back; damage may stand against taking back others.</summary>
    public int StoresTakenBack { get; }

    /// <summary>Looks for unfinished work; null when there is none.</summary>
    /// <param name="table">The damaged table, which nobody else uses.</param>
    /// <param name="memory">Its memory.</param>
    /// <param name="beside">The file beside whose draft the copy goes.</param>
    /// <exception cref="LockTimeoutException">A process uses the table after all.</exception>
    public static UnfinishedWork? TakeBack(DamagedTable table, SharedMemoryObject memory, NewFile beside)
    {
        var master = new MasterView(table.Pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        using Sidecar? sidecar = SidecarFile.TryOpen(memory.Name, memory.Memory.Status, master.TableId);
        if (sidecar is null)
            return null;
        if (sidecar.IsInUse())
            throw new LockTimeoutException($"{memory.Name}: processes have it open; see 'netshm locks'");

        // A table that was restored from a copy is of another time than the journal.
        UndoJournal journal = JournalOf(sidecar, table);
        if (sidecar.Generation != master.Generation || !journal.IsOfTable || journal.State != JournalState.Active)
            return null;
        string copyPath = $"{beside.Draft.MemoryPath}-pages";
        var copyFile = new Unfinished(() => File.Delete(copyPath));
        try
        {
            File.Copy(memory.Name.MemoryPath, copyPath);
            DamagedTable copy = table.OpenCopy(SharedMemoryName.File(copyPath));
            int stores = JournalOf(sidecar, copy).UndoWherePossible(copy.Storage.DescriptorAsItIs);
            return new UnfinishedWork(copy, copyFile, stores);
        }
        catch
        {
            copyFile.Dispose();
            throw;
        }
    }

    /// <summary>Removes the copy.</summary>
    public void Dispose()
    {
        Table.Dispose();
        _copyFile.Dispose();
    }

    private static UndoJournal JournalOf(Sidecar sidecar, DamagedTable table) =>
        new(new JournalSpace(sidecar), table.Pages, table.Storage.Index, table.Storage.Cells);
}
