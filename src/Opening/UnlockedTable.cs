namespace Netshm.Opening;

/// <summary>Tables as their files show them, without their locks and whatever state they are in.</summary>
internal static class UnlockedTable
{
    /// <summary>Maps the first pages of a table.</summary>
    /// <returns>The table; the caller disposes of its pages.</returns>
    /// <exception cref="CorruptFileException">There is no table in it, or none whose page size can be told.</exception>
    public static TableStorage Map(SharedMemoryObject memory)
    {
        string name = memory.Name.ToString();
        if (TableInspection.Inspect(memory.Memory, null, name, out int pageSize) != FileContents.Table)
            throw new CorruptFileException(name, null, null, "there is no table in it");
        TableStorage storage = Over(memory, pageSize);
        storage.Pages.EnsureMapped(Layout.DescriptorPage + 1);
        return storage;
    }

    /// <summary>Maps all pages that a file has.</summary>
    /// <param name="memory">Where they are.</param>
    /// <param name="pageSize">The page size in bytes; null to find it out by the marks in the pages.</param>
    /// <returns>The table; the caller disposes of its pages.</returns>
    public static TableStorage MapRest(SharedMemoryObject memory, int? pageSize)
    {
        string name = memory.Name.ToString();
        int found = pageSize ?? PageSizeGuess.Of(memory.Memory, ToldPageSize(memory.Memory, name), name)
            ?? throw new ArgumentException($"{name}: it can't be found any more, and has to be stated", nameof(pageSize));
        if (found is < Layout.MinPageSize or > Layout.MaxPageSize || found % sizeof(int) != 0)
            throw new ArgumentOutOfRangeException(nameof(pageSize), found, "there are no pages of such a size");
        TableStorage storage = Over(memory, found);
        storage.Pages.MapWhatIsThere();
        return storage;
    }

    private static TableStorage Over(SharedMemoryObject memory, int pageSize) => new(
        new MappedPages(memory.Memory, writable: false, pageSize, memory.Name.ToString()), new NoProcessLock(), sequences: null);

    private static int? ToldPageSize(SharedDescriptor file, string name)
    {
        try
        {
            return TableInspection.Inspect(file, null, name, out int found) == FileContents.Table ? found : null;
        }
        catch (CorruptFileException)
        {
            return null; // What tells the page size is damaged, too.
        }
    }
}
