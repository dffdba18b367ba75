namespace Netshm.Tool.Observation;

/// <summary>A process that uses a table.</summary>
/// <param name="ProcessId">Its number.</param>
/// <param name="Program">Its program's name.</param>
/// <param name="Locking">How it locks the table; null for one that only maps it: Ocamlnet.</param>
internal sealed record FoundUser(int ProcessId, string Program, LockingMethod? Locking);

/// <summary>Finds out who uses a table, without touching it.</summary>
internal static class TableUsers
{
    /// <summary>The processes that use a table, without this one.</summary>
    public static IReadOnlyList<FoundUser> Of(SharedMemoryObject memory)
    {
        Dictionary<int, LockingMethod?> users = [];
        foreach (int process in ProcessFiles.ThatMap(memory.Name.MemoryPath))
            users[process] = null;
        foreach (KernelLock held in KernelLock.On(memory.Name.LockPath))
        {
            if (held is { IsWaiting: false, ProcessId: > 0 }
                && LockedBytes.AttachedWith(held.First, held.Last) is { } method)
            {
                users[held.ProcessId] = method;
            }
        }

        users.Remove(Environment.ProcessId);
        return
        [
            .. users.OrderBy(user => user.Key)
                .Select(user => new FoundUser(user.Key, ProcessFiles.NameOf(user.Key), user.Value)),
        ];
    }
}
