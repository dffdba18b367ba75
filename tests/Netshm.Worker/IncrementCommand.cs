using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>increment NAME LOCKING KEYS ROUNDS</c>: says "ready", waits for a line, and increments the counters 0 to KEYS
/// - 1 in turn, ROUNDS times in all, each time in a group.
/// </summary>
internal static class IncrementCommand
{
    public static int Run(string name, string locking, string keys, string rounds)
    {
        int keyCount = int.Parse(keys, CultureInfo.InvariantCulture);
        int roundCount = int.Parse(rounds, CultureInfo.InvariantCulture);
        using ShmTable table = WorkerTable.Open(name, locking);
        Console.WriteLine("ready");
        Console.ReadLine();
        for (int round = 0; round < roundCount; round++)
            Counter.Increment(table, round % keyCount);
        return 0;
    }
}
