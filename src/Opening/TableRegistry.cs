namespace Netshm.Opening;

/// <summary>The tables this process has open: one <see cref="TableStore"/> for each memory object.</summary>
internal static class TableRegistry
{
    private static readonly object s_monitor = new();
    private static readonly Dictionary<FileIdentity, TableStore> s_stores = [];
    private static readonly Dictionary<FileIdentity, TableStore> s_byLockFile = [];
    private static readonly Dictionary<string, TableStore> s_byPath = [];

    /// <summary>Joins the table on an object, or opens or creates it when this process has not got it yet.</summary>
    /// <param name="memory">The object.</param>
    /// <param name="options">How to open or create the table.</param>
    /// <param name="attached">The table, ready for use.</param>
    public static TableStore Attach(SharedMemoryObject memory, ShmTableOptions options, out AttachedTable attached)
    {
        TableMetrics.Offer();
        var deadline = Deadline.After(options.EffectiveOpenTimeout);
        TableStore store = FindOrAdd(memory, deadline);
        try
        {
            attached = store.Attach(memory, options, deadline);
            return store;
        }
        catch
        {
            var cleanUp = default(CleanUp);
            cleanUp.Step(() => Release(store)); // The error at hand tells more than one about the clean-up would.
            throw;
        }
    }

    /// <summary>Gives a table back; the last handle closes it.</summary>
    public static void Release(TableStore store)
    {
        using (Uninterrupted.Enter(s_monitor))
        {
            if (--store.Handles > 0)
                return;
        }

        // Closing waits for operations in other threads, so it happens outside the monitor. The entry stays until
        // then: a second store would hold record locks that closing the first one drops.
        try
        {
            store.Close();
        }
        finally
        {
            using (Uninterrupted.Enter(s_monitor))
            {
                s_stores.Remove(store.Identity);
                s_byLockFile.Remove(store.LockFile.Identity);
                if (s_byPath.GetValueOrDefault(store.FullPath) == store)
                    s_byPath.Remove(store.FullPath);
                Monitor.PulseAll(s_monitor);
            }
        }
    }

    /// <summary>The tables that are open now, or about to be.</summary>
    public static IReadOnlyList<TableStore> OpenStores()
    {
        using (Uninterrupted.Enter(s_monitor))
            return [.. s_stores.Values];
    }

    private static TableStore FindOrAdd(SharedMemoryObject memory, Deadline deadline)
    {
        FileIdentity identity = memory.Memory.Identity;
        using (Uninterrupted.Enter(s_monitor))
        {
            TableStore? store;
            while (s_stores.TryGetValue(identity, out store) && store.Handles == 0)
            {
                if (!deadline.Wait(s_monitor))
                    throw new LockTimeoutException($"{memory.Name}: another thread was closing the table until the deadline");
            }

            if (store is null)
            {
                ThrowIfLockFileIsTaken(memory);
                ThrowIfOldOneIsOpen(memory);
                store = new TableStore(memory);
                s_stores.Add(identity, store);
                s_byLockFile.Add(store.LockFile.Identity, store);
                s_byPath[store.FullPath] = store;
            }

            store.Handles++;
            return store;
        }
    }

    private static void ThrowIfLockFileIsTaken(SharedMemoryObject memory)
    {
        if (s_byLockFile.TryGetValue(memory.LockFile.Identity, out TableStore? other))
        {
            throw new InvalidTableOperationException(
                $"{memory.Name}: its companion file carries the locks of {other.Name}; each table needs its own");
        }
    }

    /// <summary>
    /// A table's file that is removed under its users, as system cleaners do, would go unnoticed: they go on with the old one,
    /// and the next to open the name gets a new one.
    /// </summary>
    private static void ThrowIfOldOneIsOpen(SharedMemoryObject memory)
    {
        if (s_byPath.TryGetValue(Path.GetFullPath(memory.Name.MemoryPath), out TableStore? old) && !old.IsAtItsName)
        {
            throw new InvalidTableOperationException(
                $"{memory.Name}: this process has a table open that was removed from this name, or replaced there; " +
                "dispose of its handles before you open the other one, or two tables pass for one");
        }
    }
}
