using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Peers.Stores;
using Netshm.Benchmarks.Runs;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Actors;

/// <summary>A table under record locks that another process writes without a pause while a measurement runs.</summary>
internal sealed class Neighbour : IDisposable
{
    private const int TraceLength = 100_000;
    private static readonly TimeSpan s_startAndEnd = TimeSpan.FromMilliseconds(20);

    private readonly PeerSession _process;
    private readonly string _trace;

    /// <summary>Starts the process, which is idle at first, and opens its table.</summary>
    public Neighbour(string directory, int keys, int words)
    {
        _trace = directory + ".trace";
        Traces.Of(Operation.Replace, TraceLength, KeyDistribution.Uniform(keys)).Save(_trace);
        _process = new PeerSession(PeerCatalog.NetshmRecord, directory, keys, words);
        _process.Fill(keys);
        SharedMemoryName name = NetshmStore.NameIn(directory);
        Actors = ActorTable.Over(name, LockingMethod.Record);
        Table = ShmTable.Open(name, new ShmTableOptions { Locking = LockingMethod.Record });
    }

    /// <summary>The table behind an actor of this process.</summary>
    public ActorTable Actors { get; }

    /// <summary>The table itself.</summary>
    public ShmTable Table { get; }

    /// <summary>The same work, while the other process writes.</summary>
    public Series Beside(Series series) => series with
    {
        Work = duration =>
        {
            Task other = Task.Run(
                () => _process.Run(_trace, TraceLength, duration + (2 * s_startAndEnd), Parallelism.None));
            Thread.Sleep(s_startAndEnd);
            long operations = series.Work(duration);
            other.Wait();
            return operations;
        },
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        Actors.Dispose();
        _process.Dispose();
    }
}
