using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>increment NAME KEYS ROUNDS</c>: says "ready", waits for a line, and increments the counters 0 to KEYS - 1 in
/// turn, ROUNDS times in all, each time in a group under record locks.
/// </summary>
internal static class IncrementCommand
{
    public static int Run(string name, string keys, string rounds)
    {
        int keyCount = int.Parse(keys, CultureInfo.InvariantCulture);
        int roundCount = int.Parse(rounds, CultureInfo.InvariantCulture);
        var options = new ShmTableOptions { Locking = LockingMethod.Record };
        using ShmTable table = ShmTable.Open(SharedMemoryName.Parse(name), options);
        Console.WriteLine("ready");
        Console.ReadLine();
        for (int round = 0; round < roundCount; round++)
            Counter.Increment(table, round % keyCount);
        return 0;
    }
}
