namespace Netshm.Worker;

/// <summary>
/// <c>two-tables OUTER INNER LOCKING</c>: for each line of its input, increments the counter 0 of both tables in one
/// group of either, the inner one within the outer one. In between it says "outer" and waits for another line. It
/// ends the round with "done" or "deadlock".
/// </summary>
internal static class TwoTablesCommand
{
    public static int Run(string outerName, string innerName, string locking)
    {
        using ShmTable outer = WorkerTable.Open(outerName, locking);
        using ShmTable inner = WorkerTable.Open(innerName, locking);
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
            Console.WriteLine(IncrementBoth(outer, inner));
        return 0;
    }

    private static string IncrementBoth(ShmTable outer, ShmTable inner)
    {
        try
        {
            outer.Group(() =>
            {
                Console.WriteLine("outer");
                Console.ReadLine();
                inner.Group(() =>
                {
                    Counter.IncrementWithinGroup(inner, 0);
                    Counter.IncrementWithinGroup(outer, 0);
                });
            });
            return "done";
        }
        catch (DeadlockException)
        {
            return "deadlock";
        }
    }
}
