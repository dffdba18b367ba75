using Netshm.Tool.CommandLine;

namespace Netshm.Tool.Tables;

/// <summary>The pages of a table that can't be opened as one: without its locks.</summary>
internal sealed class DamagedTable : IDisposable
{
    private readonly SharedMemoryObject? _ownedMemory;

    private DamagedTable(SharedMemoryObject memory, int pageSize, bool ownsMemory, bool writable = false)
    {
        _ownedMemory = ownsMemory ? memory : null;
        Pages = new MappedPages(memory.Memory, writable, pageSize, memory.Name.ToString());
        Storage = new TableStorage(Pages, new NoProcessLock(), sequences: null);
    }

    public MappedPages Pages { get; }

    public TableStorage Storage { get; }

    /// <summary>Opens a table whose page size can be found.</summary>
    /// <exception cref="CorruptFileException">It can't be found.</exception>
    public static DamagedTable Open(SharedMemoryName name)
    {
        SharedMemoryObject memory = OpenedTable.OpenMemory(name, FileAccess.Read, out int pageSize);
        return new DamagedTable(memory, pageSize, ownsMemory: true);
    }

    /// <summary>Opens whatever is left of a table, all of its file.</summary>
    /// <param name="memory">The table's memory, which stays open.</param>
    /// <param name="pageSize">Its page size in bytes, or null to find it out.</param>
    /// <exception cref="UsageException">The page size is impossible, or can't be found out.</exception>
    public static DamagedTable OpenRest(SharedMemoryObject memory, int? pageSize)
    {
        int found = pageSize ?? FindPageSize(memory);
        if (found is < Layout.MinPageSize or > Layout.MaxPageSize || found % sizeof(int) != 0)
            throw new UsageException($"{found} bytes are no page size");
        var table = new DamagedTable(memory, found, ownsMemory: false);
        table.MapAll(memory.Length);
        return table;
    }

    /// <summary>Opens a copy of this table's file, all of it, which may be written to.</summary>
    public DamagedTable OpenCopy(SharedMemoryName copy)
    {
        SharedMemoryObject memory = SharedMemoryObject.Open(copy, FileMode.Open);
        var table = new DamagedTable(memory, Pages.WordsPerPage * sizeof(int), ownsMemory: true, writable: true);
        table.MapAll(memory.Length);
        return table;
    }

    public TableReport Check()
    {
        Pages.EnsureMapped(Layout.DescriptorPage + 1);
        return TableCheck.Run(Storage, isAtItsName: true); // By which it was opened just now.
    }

    public void Dispose()
    {
        Pages.Dispose();
        _ownedMemory?.Dispose();
    }

    private void MapAll(long lengthInBytes) =>
        Pages.EnsureMapped((int)Math.Min(int.MaxValue, lengthInBytes / sizeof(int) / Pages.WordsPerPage));

    private static int FindPageSize(SharedMemoryObject memory) => PageSizeGuess.Of(memory, ToldPageSize(memory));

    private static int? ToldPageSize(SharedMemoryObject memory)
    {
        try
        {
            FileContents contents =
                TableInspection.Inspect(memory.Memory, null, memory.Name.ToString(), out int found);
            return contents == FileContents.Table ? found : null;
        }
        catch (CorruptFileException)
        {
            return null; // What tells the page size is damaged, too.
        }
    }
}
