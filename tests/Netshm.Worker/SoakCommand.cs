using System.Diagnostics;
using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>soak NAME SECONDS KEYS SEED</c>: does what soak.ml of the interop tests does, and says the same.
/// </summary>
internal static class SoakCommand
{
    private const int OwnKeyDistance = 16;
    private const int MostOwnBindings = 2000;

    /// <summary>
    /// Keys come again: the original never gives the cell of a removed key to another one, and fails for good when it has taken
    /// its sixteenth extent.
    /// </summary>
    private const int OwnKeys = 8192;

    private const int LongestValue = 100;

    public static int Run(string name, string seconds, string keys, string seed)
    {
        var options = new ShmTableOptions { Locking = LockingMethod.Record };
        using ShmTable table = ShmTable.Open(SharedMemoryName.Parse(name), options);
        var duration = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        int[] counts = new int[int.Parse(keys, CultureInfo.InvariantCulture)];
        int seedNumber = int.Parse(seed, CultureInfo.InvariantCulture);
        Console.WriteLine("ready");
        Console.ReadLine();
        (int oldest, int newest) = IncrementAndChurn(table, duration, counts, seedNumber);
        Console.WriteLine($"counts {string.Join(' ', counts)}");
        Console.WriteLine(FormattableString.Invariant($"own {oldest} {newest}"));
        Console.WriteLine("deadlocks 0");
        return 0;
    }

    private static (int Oldest, int Newest) IncrementAndChurn(
        ShmTable table, TimeSpan duration, int[] counts, int seed)
    {
        var random = new Random(seed);
        int oldest = 0;
        int newest = 0;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
        {
            int key = random.Next(counts.Length);
            Counter.Increment(table, key);
            counts[key]++;
            if (newest - oldest < MostOwnBindings && random.Next(4) > 0)
                table.Add(OwnKey(seed, newest), Value(newest++));
            else if (oldest < newest)
                Remove(table, OwnKey(seed, oldest++));
        }

        return (oldest, newest);
    }

    private static void Remove(ShmTable table, int key)
    {
        if (!table.Remove(key))
            throw new InvalidOperationException(FormattableString.Invariant($"The own key {key} was not bound"));
    }

    private static int OwnKey(int seed, int number) => -1 - (number % OwnKeys * OwnKeyDistance) - (seed % OwnKeyDistance);

    private static int[] Value(int number) => [.. Enumerable.Range(0, number % LongestValue).Select(i => number + i)];
}
