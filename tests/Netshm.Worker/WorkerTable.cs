namespace Netshm.Worker;

/// <summary>Opens the tables that a command's arguments name.</summary>
internal static class WorkerTable
{
    /// <summary>Opens or creates a table with one of the locking methods, by its name.</summary>
    public static ShmTable Open(string name, string locking) => ShmTable.Open(
        SharedMemoryName.Parse(name), new ShmTableOptions { Locking = Enum.Parse<LockingMethod>(locking) });
}
