using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Changes;

/// <summary>Another process that follows a table's changes and takes the time since each was written.</summary>
internal sealed class ChangeSubscriber : IDisposable
{
    private const int Key = 1;
    private const string Thread = "thread", Async = "async";

    private readonly ChildProcess _process;

    /// <summary>Starts the process, which follows the table from now on.</summary>
    public ChangeSubscriber(SharedMemoryName table, string wait, int changes)
    {
        string program = typeof(ChangeSubscriber).Assembly.Location;
        string count = changes.ToString(CultureInfo.InvariantCulture);
        _process = ChildProcess.Start(
            "subscriber", "dotnet", ["exec", program, "change-subscriber", table.ToString(), wait, count]);
        _ = _process.ReadLine();
    }

    /// <summary>The ways to wait: with a thread of one's own, and without.</summary>
    public static string[] Waits => [Thread, Async];

    /// <summary>Writes the current time, which all processes of a machine share, as the table's only value.</summary>
    public static void WriteNow(ShmTable table)
    {
        long now = Stopwatch.GetTimestamp();
        table.Replace(Key, MemoryMarshal.Cast<long, int>(new ReadOnlySpan<long>(in now)));
    }

    /// <summary>The process's part.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string name, string wait, int changes)
    {
        using ShmTable table = ShmTable.Open(SharedMemoryName.Parse(name));
        ChangeReader reader = table.ReadChanges();
        var microseconds = new List<double>(changes);
        var found = new TableChange[16];
        Console.WriteLine("ready");
        while (microseconds.Count < changes)
        {
            if (wait == Async)
                await reader.WaitAsync().ConfigureAwait(false);
            else
                _ = reader.Wait(Timeout.InfiniteTimeSpan);
            for (int left = reader.Read(found); left > 0; left--)
                microseconds.Add(SinceWritten(table).TotalMicroseconds);
        }

        foreach (double each in microseconds)
            Console.WriteLine(each.ToString(CultureInfo.InvariantCulture));
        return 0;
    }

    /// <summary>Waits for its end; what it has measured in microseconds, from the shortest on.</summary>
    public double[] Finish() =>
        [.. _process.Finish().Select(line => double.Parse(line, CultureInfo.InvariantCulture)).Order()];

    public void Dispose() => _process.Dispose();

    private static TimeSpan SinceWritten(ShmTable table)
    {
        Span<int> value = stackalloc int[2];
        _ = table.TryFind(Key, value, out _);
        return Stopwatch.GetElapsedTime(MemoryMarshal.Cast<int, long>(value)[0]);
    }
}
