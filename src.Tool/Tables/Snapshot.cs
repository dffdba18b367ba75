namespace Netshm.Tool.Tables;

/// <summary>
/// All bindings of a table as of one instant. They are copied, so that nobody waits for the table's lock while they are
/// worked on or printed.
/// </summary>
internal static class Snapshot
{
    /// <summary>The bindings, those of one raw key together and the newest first.</summary>
    public static List<RawBinding> Of(ShmTable table)
    {
        var bindings = new List<RawBinding>();
        table.Iterate((key, words) => bindings.Add(new RawBinding(key, words.ToArray())));
        return bindings;
    }

    /// <summary>The same with those of one raw key the oldest first, as they have to be added to another table.</summary>
    public static List<RawBinding> OldestFirst(ShmTable table)
    {
        List<RawBinding> bindings = Of(table);
        for (int first = 0, end; first < bindings.Count; first = end)
        {
            end = first + 1;
            while (end < bindings.Count && bindings[end].RawKey == bindings[first].RawKey)
                end++;
            bindings.Reverse(first, end - first);
        }

        return bindings;
    }
}
