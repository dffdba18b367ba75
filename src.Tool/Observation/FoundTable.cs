namespace Netshm.Tool.Observation;

/// <summary>A table found in a directory, looked at without its locks.</summary>
/// <param name="Name">Its name, as far as it can be told; see <see cref="UsualPlaces"/>.</param>
/// <param name="State">table, unfinished or damaged.</param>
/// <param name="FileLength">The file's length in bytes.</param>
/// <param name="PageSize">The page size in bytes; 0 when there is no table.</param>
/// <param name="Bindings">How many bindings its descriptor counts.</param>
/// <param name="Users">How many processes use it, as far as can be seen.</param>
internal sealed record FoundTable(
    string Name, string State, long FileLength, int PageSize, int Bindings, int Users)
{
    /// <summary>Looks at a file; null when it is nothing of this library's.</summary>
    public static FoundTable? TryLookAt(SharedMemoryName name)
    {
        if (!Marks.BeginTable(name.MemoryPath))
            return null;
        try
        {
            using SharedMemoryObject memory = SharedMemoryObject.Open(name, FileMode.Open, FileAccess.Read);
            return LookAt(memory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // It is gone meanwhile, or another user's.
        }
    }

    private static FoundTable LookAt(SharedMemoryObject memory)
    {
        string name = memory.Name.ToString();
        int users = TableUsers.Of(memory).Count;
        try
        {
            return TableObservation.Of(memory) is { } table
                ? new FoundTable(name, "table", memory.Length, table.PageSize, table.Bindings, users)
                : new FoundTable(name, "unfinished", memory.Length, 0, 0, users);
        }
        catch (CorruptFileException)
        {
            return new FoundTable(name, "damaged", memory.Length, 0, 0, users);
        }
    }
}
