using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Benchmarks;

/// <summary>Another process that writes a table without a pause while a measurement runs.</summary>
internal sealed class Neighbour : IDisposable
{
    private readonly ChildProcess _process;

    /// <summary>Starts the process, which is idle at first.</summary>
    /// <param name="table">The table, which it uses as its other processes do.</param>
    /// <param name="bindingCount">How many keys of <see cref="Workload"/> it replaces in turn.</param>
    public Neighbour(SharedMemoryName table, int bindingCount)
    {
        string program = typeof(Neighbour).Assembly.Location;
        string count = bindingCount.ToString(CultureInfo.InvariantCulture);
        _process = ChildProcess.Start("neighbour", "dotnet", ["exec", program, "neighbour", table.ToString(), count]);
        _ = _process.ReadLine();
    }

    /// <summary>The process's part: each line of its input begins its writing, or ends it.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string name, int bindingCount)
    {
        using ShmTable table = ShmTable.Open(SharedMemoryName.Parse(name));
        var work = new Workload(bindingCount);
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine("writing");
            Task<string?> end = Task.Run(Console.ReadLine);
            for (int i = 0; !end.IsCompleted; i++)
            {
                int index = work.Visited[i % bindingCount];
                table.Replace(work.Keys[index], work.Values[index]);
            }

            Console.WriteLine("idle");
        }

        return 0;
    }

    /// <summary>Does some work while the process writes.</summary>
    public void WriteDuring(Action work)
    {
        _ = _process.Ask("write");
        work();
        _ = _process.Ask("stop");
    }

    public void Dispose() => _process.Dispose();
}
