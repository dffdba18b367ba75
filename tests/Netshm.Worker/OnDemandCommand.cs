namespace Netshm.Worker;

/// <summary>
/// <c>on-demand NAME LOCKING</c>: for each line of its input, increments the counter 0 in a group that takes its
/// locks on demand. In between it says "read" and waits for another line. It ends the round with "done" or
/// "deadlock".
/// </summary>
internal static class OnDemandCommand
{
    public static int Run(string name, string locking)
    {
        using ShmTable table = WorkerTable.Open(name, locking);
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
            Console.WriteLine(Increment(table));
        return 0;
    }

    private static string Increment(ShmTable table)
    {
        try
        {
            table.Group(() =>
            {
                _ = table.Contains(0);
                Console.WriteLine("read");
                Console.ReadLine();
                Counter.IncrementWithinGroup(table, 0);
            }, GroupIntent.OnDemand);
            return "done";
        }
        catch (DeadlockException)
        {
            return "deadlock";
        }
    }
}
