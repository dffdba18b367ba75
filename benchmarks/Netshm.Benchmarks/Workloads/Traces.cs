namespace Netshm.Benchmarks.Workloads;

/// <summary>Computes the traces of the workloads.</summary>
internal static class Traces
{
    /// <summary>How many keys are read together in batches.</summary>
    public const int Batch = 64;

    private const ulong Seed = 0x6e657473686d;
    private const int KeysInTransaction = 2;
    private const int LongestScan = 100;

    /// <summary>One kind of operation on bound keys.</summary>
    public static OperationTrace Of(Operation operation, int length, KeyDistribution keys)
    {
        var random = new Xorshift(Seed);
        return new OperationTrace(Enumerable.Range(0, length).Select(_ => new TraceEntry(operation, NextKey(keys, random))));
    }

    /// <summary>Batches of keys that are read together.</summary>
    public static OperationTrace OfBatches(int length, KeyDistribution keys) =>
        OfGroups(Operation.ReadMany, Operation.Read, Batch, length / Batch, keys);

    /// <summary>Transactions that replace two values each.</summary>
    public static OperationTrace OfTransactions(int length, KeyDistribution keys) =>
        OfGroups(Operation.Transact, Operation.Replace, KeysInTransaction, length, keys);

    /// <summary>Adds records that follow those which are there.</summary>
    public static OperationTrace OfAdditions(int first, int length) =>
        new(Enumerable.Range(first, length).Select(index => new TraceEntry(Operation.Add, Records.Key(index))));

    /// <summary>Removes records in random order, each once.</summary>
    public static OperationTrace OfRemovals(int records, int length)
    {
        var random = new Xorshift(Seed);
        int[] indexes = [.. Enumerable.Range(0, records)];
        for (int i = 0; i < Math.Min(records, length); i++)
        {
            int other = i + random.Below(records - i);
            (indexes[i], indexes[other]) = (indexes[other], indexes[i]);
        }

        return new OperationTrace(indexes.Take(length).Select(index => new TraceEntry(Operation.Remove, Records.Key(index))));
    }

    /// <summary>Iterations over all bindings.</summary>
    public static OperationTrace OfIterations() => new([new TraceEntry(Operation.Iterate, 0)]);

    /// <summary>One of the standard mixes of YCSB (Cooper et al., SoCC 2010).</summary>
    /// <param name="mix">A to F.</param>
    /// <param name="records">How many records are there at first.</param>
    /// <param name="length">The number of operations.</param>
    /// <param name="keys">Which records are used, apart from D's, which are the latest ones.</param>
    /// <param name="latest">How far D's reads go back from the latest record.</param>
    public static OperationTrace OfYcsb(char mix, int records, int length, KeyDistribution keys, KeyDistribution latest)
    {
        var random = new Xorshift(Seed);
        List<TraceEntry> entries = [];
        for (int i = 0; i < length; i++)
        {
            double share = random.NextUnit();
            switch (mix)
            {
                case 'A':
                    entries.Add(new(share < 0.5 ? Operation.Read : Operation.Replace, NextKey(keys, random)));
                    break;
                case 'B':
                    entries.Add(new(share < 0.95 ? Operation.Read : Operation.Replace, NextKey(keys, random)));
                    break;
                case 'C':
                    entries.Add(new(Operation.Read, NextKey(keys, random)));
                    break;
                case 'F':
                    entries.Add(new(share < 0.5 ? Operation.Read : Operation.Modify, NextKey(keys, random)));
                    break;
                case 'D' or 'E' when share >= 0.95:
                    entries.Add(new(Operation.Add, Records.Key(records++)));
                    break;
                case 'D':
                    entries.Add(new(Operation.Read, Records.Key(records - 1 - latest.Next(random))));
                    break;
                case 'E':
                    AddScan(entries, Math.Min(keys.Next(random), records - LongestScan), 1 + random.Below(LongestScan));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(mix), mix, "A to F");
            }
        }

        return new OperationTrace(entries);
    }

    /// <summary>Hash tables have no order of keys: a scan reads records of consecutive numbers.</summary>
    private static void AddScan(List<TraceEntry> entries, int first, int length)
    {
        entries.Add(new TraceEntry(Operation.ReadMany, length));
        entries.AddRange(Enumerable.Range(first, length)
            .Select(index => new TraceEntry(Operation.Read, Records.Key(index))));
    }

    private static OperationTrace OfGroups(Operation group, Operation member, int size, int groups, KeyDistribution keys)
    {
        var random = new Xorshift(Seed);
        List<TraceEntry> entries = [];
        for (int i = 0; i < groups; i++)
        {
            entries.Add(new TraceEntry(group, size));
            for (int j = 0; j < size; j++)
                entries.Add(new TraceEntry(member, NextKey(keys, random)));
        }

        return new OperationTrace(entries);
    }

    private static int NextKey(KeyDistribution keys, Xorshift random) => Records.Key(keys.Next(random));
}
