using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Benchmarks;

/// <summary>Another process that reads a table with the keys of <see cref="Workload"/>.</summary>
internal sealed class ReadingProcess : IDisposable
{
    private readonly ChildProcess _process;

    /// <summary>Starts the process, which is idle at first.</summary>
    public ReadingProcess(SharedMemoryName table, int bindingCount)
    {
        string program = typeof(ReadingProcess).Assembly.Location;
        string count = bindingCount.ToString(CultureInfo.InvariantCulture);
        _process = ChildProcess.Start("reader", "dotnet", ["exec", program, "reader", table.ToString(), count]);
        _ = _process.ReadLine();
    }

    /// <summary>The process's part: for each line of its input reads all keys and answers the nanoseconds each.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string name, int bindingCount)
    {
        using ShmTable table = ShmTable.Open(SharedMemoryName.Parse(name));
        var work = new Workload(bindingCount);
        int[] keys = [.. work.Visited.Select(index => work.Keys[index])];
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
        {
            long start = Stopwatch.GetTimestamp();
            ReadAll(table, keys);
            ReadAll(table, keys);
            double each = Stopwatch.GetElapsedTime(start).TotalNanoseconds / (2.0 * keys.Length);
            Console.WriteLine(each.ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    /// <summary>Lets it read all keys; the nanoseconds each took.</summary>
    public double Read() => double.Parse(_process.Ask("read"), CultureInfo.InvariantCulture);

    public void Dispose() => _process.Dispose();

    private static void ReadAll(ShmTable table, int[] keys)
    {
        Span<int> destination = stackalloc int[Workload.ValueLength];
        foreach (int key in keys)
        {
            if (!table.TryFind(key, destination, out _))
                throw new InvalidOperationException("A key was not found");
        }
    }
}
