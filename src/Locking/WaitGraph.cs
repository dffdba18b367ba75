namespace Netshm.Locking;

/// <summary>Finds cycles among threads of this process that wait for each other's tables.</summary>
/// <remarks>
/// The kernel sees the process as one owner of record locks and can't find these. Only threads that hold a table and
/// wait for one are in the graph, so it costs nothing where groups don't meet.
/// </remarks>
internal static class WaitGraph
{
    private static readonly object s_sync = new();
    private static readonly Dictionary<ThreadGate, List<int>> s_holders = [];
    private static readonly Dictionary<int, ThreadGate> s_waits = [];

    private static int Me => Environment.CurrentManagedThreadId;

    /// <summary>Records that this thread holds a gate beyond a single operation.</summary>
    public static void AddHolder(ThreadGate gate)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            if (!s_holders.TryGetValue(gate, out List<int>? holders))
                s_holders.Add(gate, holders = []);
            holders.Add(Me);
        }
    }

    public static void RemoveHolder(ThreadGate gate)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            List<int> holders = s_holders[gate];
            holders.Remove(Me);
            if (holders.Count == 0)
                s_holders.Remove(gate);
        }
    }

    /// <summary>Records that this thread is going to wait; false, and not recorded, when that would close a cycle.</summary>
    /// <remarks>
    /// Every thread that closes a cycle passes here after its own holds were recorded, so one of the cycle's threads
    /// sees it whole.
    /// </remarks>
    public static bool TryBeginWait(ThreadGate gate)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            if (IsHeldUpByMe(gate, []))
                return false;
            s_waits[Me] = gate;
            return true;
        }
    }

    public static void EndWait()
    {
        using (Uninterrupted.Enter(s_sync))
            s_waits.Remove(Me);
    }

    private static bool IsHeldUpByMe(ThreadGate gate, HashSet<ThreadGate> visited)
    {
        if (!s_holders.TryGetValue(gate, out List<int>? holders))
            return false;

        // The first gate may be one this thread holds itself, when it upgrades: that is no cycle.
        bool first = visited.Count == 0;
        visited.Add(gate);
        foreach (int holder in holders)
        {
            if (holder == Me)
            {
                if (!first)
                    return true;
                continue;
            }

            if (!s_waits.TryGetValue(holder, out ThreadGate? next))
                continue;
            if (next == gate && first && holders.Contains(Me))
                return true; // Two readers of one table that both want to write it.
            if (!visited.Contains(next) && IsHeldUpByMe(next, visited))
                return true;
        }

        return false;
    }
}
