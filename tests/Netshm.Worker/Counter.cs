namespace Netshm.Worker;

/// <summary>A binding of one word that is counted up.</summary>
internal static class Counter
{
    /// <summary>Adds 1 to the counter in a group of its own.</summary>
    public static void Increment(ShmTable table, int key) => table.Group(() => IncrementWithinGroup(table, key));

    /// <summary>Adds 1 to the counter in the group that runs already.</summary>
    public static void IncrementWithinGroup(ShmTable table, int key)
    {
        Span<int> value = stackalloc int[1];
        value[0] = table.TryFind(key, value, out _) ? value[0] + 1 : 1;
        table.Replace(key, value);
    }
}
