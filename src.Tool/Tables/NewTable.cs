namespace Netshm.Tool.Tables;

/// <summary>Creates tables.</summary>
internal static class NewTable
{
    /// <summary>Creates a table in an object that does not exist yet, and leaves nothing behind when that fails.</summary>
    /// <exception cref="UsageException">It exists, or the options are impossible.</exception>
    public static ShmTable Create(SharedMemoryName name, ShmTableOptions options)
    {
        if (File.Exists(name.LockPath) || File.Exists(name.MemoryPath))
            throw new UsageException($"{name} exists");
        using SharedMemoryObject memory = SharedMemoryObject.Open(name, FileMode.CreateNew);
        try
        {
            return ShmTable.Manage(memory, options);
        }
        catch (Exception e)
        {
            SharedMemoryObject.Unlink(name);
            if (e is ArgumentOutOfRangeException)
                throw new UsageException(e.Message, e);
            throw;
        }
    }
}
