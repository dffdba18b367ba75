using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>ordered-tables FIRST SECOND THIRD LOCKING GROUPS SEED</c>: four threads run groups over two of the tables, always
/// entering the earlier one first, so that no cycle of waiting can arise; some write single bindings in between. Says
/// how many groups ended, and how many of them with a deadlock.
/// </summary>
internal static class OrderedTablesCommand
{
    private const int Threads = 4;

    public static int Run(string[] names, string locking, string groupCount, string seed)
    {
        int groups = int.Parse(groupCount, CultureInfo.InvariantCulture);
        int firstSeed = int.Parse(seed, CultureInfo.InvariantCulture);
        ShmTable[] tables = [.. names.Select(name => WorkerTable.Open(name, locking))];
        int deadlocks = 0;
        Thread[] threads =
        [
            .. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
            {
                var random = new Random(firstSeed + thread);
                for (int i = 0; i < groups / Threads; i++)
                {
                    if (!TryIncrementBoth(tables, random))
                        Interlocked.Increment(ref deadlocks);
                }
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Array.ForEach(tables, table => table.Dispose());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{groups / Threads * Threads} {deadlocks}"));
        return 0;
    }

    private static bool TryIncrementBoth(ShmTable[] tables, Random random)
    {
        int first = random.Next(tables.Length - 1);
        ShmTable outer = tables[first];
        ShmTable inner = tables[random.Next(first + 1, tables.Length)];
        try
        {
            outer.Group(() =>
            {
                Counter.IncrementWithinGroup(outer, 0);
                if (random.Next(50) == 0)
                    Thread.Sleep(2); // Long enough that the others look around for whom they wait.
                inner.Group(() => Counter.IncrementWithinGroup(inner, 0));
            });
            tables[random.Next(tables.Length)].Replace(1, [first]);
            return true;
        }
        catch (DeadlockException)
        {
            return false;
        }
    }
}
