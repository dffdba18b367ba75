namespace Netshm.Tool.Tables;

/// <summary>The pages of a table that can't be opened as one: read only, without its locks.</summary>
internal sealed class DamagedTable : IDisposable
{
    private readonly SharedMemoryObject _memory;

    private DamagedTable(SharedMemoryObject memory, int pageSize)
    {
        _memory = memory;
        Pages = new MappedPages(memory.Memory, writable: false, pageSize, memory.Name.ToString());
        Engine = new TableEngine(Pages, new NoProcessLock(), sequences: null, sidecar: null);
    }

    public MappedPages Pages { get; }

    public TableEngine Engine { get; }

    /// <summary>Opens a table whose page size can be found.</summary>
    /// <exception cref="CorruptFileException">It can't be found.</exception>
    public static DamagedTable Open(SharedMemoryName name)
    {
        SharedMemoryObject memory = OpenedTable.OpenMemory(name, FileAccess.Read, out int pageSize);
        return new DamagedTable(memory, pageSize);
    }

    public TableReport Check()
    {
        Pages.EnsureMapped(Layout.DescriptorPage + 1);
        return TableCheck.Run(Engine);
    }

    public void Dispose()
    {
        Pages.Dispose();
        _memory.Dispose();
    }
}
