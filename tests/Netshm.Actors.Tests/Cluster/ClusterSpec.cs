using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>A test with a table on the host 127.0.0.1, and nodes of a cluster in processes of their own.</summary>
[Collection(ClusterTests.Name)]
public abstract class ClusterSpec : IDisposable
{
    /// <summary>The host that has the table.</summary>
    protected const string Host = "127.0.0.1";

    /// <summary>A host without it.</summary>
    protected const string OtherHost = "127.0.0.2";

    /// <summary>How long a test waits for what must happen.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Has nodes stay members that can't be reached.</summary>
    protected const string NoDowning = "\nakka.cluster.downing-provider-class = \"\"";

    private readonly DisposableList<ChildProcess> _processes = new();

    /// <summary>The table's file.</summary>
    protected TempTable Temp { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the processes and removes the table.</summary>
    protected virtual void Dispose(bool disposing)
    {
        foreach (ChildProcess process in _processes)
            process.Kill(); // Leaving in order takes them long when others have been killed.
        _processes.Dispose();
        Temp.Dispose();
    }

    /// <summary>Starts a process with a command of the tests' worker program; it says its address when it is up.</summary>
    protected ChildProcess Start(params string[] command)
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, "Netshm.Actors.Worker.dll");
        ChildProcess process = ChildProcess.Start(
            $"Netshm.Actors.Worker {string.Join(' ', command)}", "dotnet", ["exec", assembly, .. command], Patience);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts a node that exposes a table, and waits until it is up.</summary>
    protected (ChildProcess Process, string Address) StartNode(
        string seed, string table, int feedCapacity = 1024, string config = "")
    {
        ChildProcess process = Start(
            "node", Host, seed, table, Temp.Name.ToString(), feedCapacity.ToString(CultureInfo.InvariantCulture),
            config);
        return (process, process.ReadLine());
    }

    /// <summary>Asks again and again until the answer is as it must be.</summary>
    protected static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> isRight)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            T answer = await ask();
            if (isRight(answer))
                return answer;
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"It remains so: {answer}");
            await Task.Yield();
        }
    }
}
