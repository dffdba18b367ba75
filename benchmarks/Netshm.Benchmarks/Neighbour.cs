using Netshm.TestKit;

namespace Netshm.Benchmarks;

/// <summary>Another process that writes a table without a pause while a measurement runs.</summary>
internal sealed class Neighbour : IDisposable
{
    private readonly ChildProcess _process;

    /// <summary>Starts the process, which is idle at first.</summary>
    public Neighbour(SharedMemoryName table)
    {
        string program = typeof(Neighbour).Assembly.Location;
        _process = ChildProcess.Start("neighbour", "dotnet", ["exec", program, "neighbour", table.ToString()]);
        _ = _process.ReadLine();
    }

    /// <summary>The process's part: each line of its input begins its writing, or ends it.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string name)
    {
        using ShmTable table = ShmTable.Open(
            SharedMemoryName.Parse(name), new ShmTableOptions { Locking = LockingMethod.Record });
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine("writing");
            Task<string?> end = Task.Run(Console.ReadLine);
            for (int i = 0; !end.IsCompleted; i++)
                table.Replace(i % 1000, [i]);
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
