namespace Netshm.Tool.Tables;

/// <summary>Lays bindings out in a new file that is no longer than they need.</summary>
internal static class Rebuild
{
    private const int BindingsPerGroup = 1000;

    /// <summary>Writes the file.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="file">The file.</param>
    /// <param name="pageSize">Its page size, in bytes.</param>
    /// <param name="locking">The locking method that it carries.</param>
    /// <param name="keys">How many keys the bindings have.</param>
    /// <param name="bindings">How many bindings there are.</param>
    /// <param name="oldestFirst">The bindings, those of one key from the oldest to the newest.</param>
    /// <returns>The file's length in bytes.</returns>
    /// <exception cref="UsageException">The page size is impossible.</exception>
    public static long Write(
        Invocation invocation, NewFile file, int pageSize, LockingMethod locking, int keys, int bindings,
        IEnumerable<RawBinding> oldestFirst)
    {
        var options = new ShmTableOptions { PageSize = pageSize, Init = keys, Locking = LockingMethod.None };
        long lengthInBytes;
        using (ShmTable table = NewTable.Create(file.Draft, options))
        {
            AddAll(invocation, table, bindings, oldestFirst);
            TableReport report = table.Check();
            if (!report.IsConsistent)
                throw new InvalidOperationException($"the new table is inconsistent: {report}");
            lengthInBytes = (long)report.TotalPages * pageSize;
        }

        ShmTable.Convert(file.Draft, locking);

        // Tables grow in steps; nobody has this one open, so what lies beyond it can go.
        using FileStream stream = File.Open(file.Draft.MemoryPath, FileMode.Open);
        stream.SetLength(lengthInBytes);
        stream.Flush(flushToDisk: true);
        return lengthInBytes;
    }

    private static void AddAll(
        Invocation invocation, ShmTable table, int bindings, IEnumerable<RawBinding> oldestFirst) =>
        ProgressBar.Show(invocation, "writing", bindings, step =>
        {
            foreach (RawBinding[] batch in oldestFirst.Chunk(BindingsPerGroup))
            {
                foreach (RawBinding binding in batch)
                    table.Add(binding.RawKey, binding.Words);
                step(batch.Length);
            }
        });
}
