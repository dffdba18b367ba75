namespace Netshm.Tool.Tables;

/// <summary>Opens tables that are there; never creates one.</summary>
internal static class OpenedTable
{
    /// <summary>Opens the table of a command for reading; for writing, too, when a process that died left work to do.</summary>
    public static ShmTable ForReading(Invocation invocation)
    {
        try
        {
            return Open(invocation, FileAccess.Read);
        }
        catch (ReadOnlyTableException)
        {
            return ForWriting(invocation);
        }
    }

    /// <summary>Opens the table of a command for reading and writing.</summary>
    public static ShmTable ForWriting(Invocation invocation) => Open(invocation, FileAccess.ReadWrite);

    /// <summary>Opens the memory of a table that is there.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="access">What it is opened for.</param>
    /// <param name="table">What its first pages tell.</param>
    /// <exception cref="NotFoundException">There is no table.</exception>
    /// <exception cref="CorruptFileException">The file is no table, or a damaged one.</exception>
    public static SharedMemoryObject OpenMemory(SharedMemoryName name, FileAccess access, out TableObservation table)
    {
        SharedMemoryObject memory = OpenExisting(name, access);
        try
        {
            table = LookAt(memory);
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Looks at a table without its locks.</summary>
    /// <inheritdoc cref="OpenMemory" path="/exception"/>
    public static TableObservation LookAt(SharedMemoryObject memory) => TableObservation.Of(memory)
        ?? throw new NotFoundException($"{memory.Name}: there is no table in the file, which is "
            + (memory.Length == 0 ? "empty" : "an unfinished creation"));

    private static SharedMemoryObject OpenExisting(SharedMemoryName name, FileAccess access)
    {
        try
        {
            return SharedMemoryObject.Open(name, FileMode.Open, access);
        }
        catch (FileNotFoundException e) when (RemovedTable.Of(name) is { Count: > 0 } removed)
        {
            throw new NotFoundException(string.Join('\n', [e.Message, .. removed]));
        }
    }

    private static ShmTable Open(Invocation invocation, FileAccess access)
    {
        using SharedMemoryObject memory = OpenMemory(invocation.Name, access, out _);
        return ShmTable.Manage(memory, SharedOptions.ToTableOptions(invocation));
    }
}
