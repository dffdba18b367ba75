using System.Globalization;
using System.Runtime.InteropServices;
using Netshm.Benchmarks.Peers;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Runs;

/// <summary>What one turn of a peer gave.</summary>
/// <param name="Operations">How many operations all its processes and threads did.</param>
/// <param name="NanosecondsEach">The time divided by that number.</param>
/// <param name="AllocatedBytesEach">What an operation allocated on the managed heap.</param>
internal readonly record struct Turn(long Operations, double NanosecondsEach, double AllocatedBytesEach);

/// <summary>A store of a peer in a directory of its own, with the processes that use it.</summary>
internal sealed class PeerSession : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private readonly DisposableList<ChildProcess> _processes = [];
    private readonly string _directory;
    private readonly int _words;
    private int _records;

    /// <summary>Starts the first process and creates the store.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="directory">The directory, which is created, and removed at the end.</param>
    /// <param name="records">How many records are to come, for peers that do not grow.</param>
    /// <param name="words">The length of the values.</param>
    public PeerSession(Peer peer, string directory, int records, int words)
    {
        Peer = peer;
        _directory = Directory.CreateDirectory(directory).FullName;
        _records = records;
        _words = words;
        Open(peer.Maker ?? peer, isNew: true);
    }

    /// <summary>The peer.</summary>
    public Peer Peer { get; }

    /// <summary>Binds the records, and demands that they can be read back; then a peer that only joins does so.</summary>
    public void Fill(int count)
    {
        _records = count;
        _ = _processes[0].Ask(FormattableString.Invariant($"fill {count}"));
        Verify();
        if (Peer.Maker is null)
            return;
        _ = _processes[0].Ask("close");
        _processes[0].Dispose();
        _processes.Clear();
        Open(Peer, isNew: false);
        Verify();
    }

    /// <summary>Demands that all records have the values that were written.</summary>
    public void Verify() => _ = _processes[0].Ask("verify");

    /// <summary>How many bytes the store takes.</summary>
    public long Bytes() => long.Parse(_processes[0].Ask("bytes"), CultureInfo.InvariantCulture);

    /// <summary>Lets the peer do a trace.</summary>
    /// <param name="tracePath">The trace's file.</param>
    /// <param name="traceLength">The number of its entries.</param>
    /// <param name="duration">How long; zero for the whole trace.</param>
    /// <param name="parallelism">By how many at once.</param>
    /// <param name="isLeadIn">Whether this only precedes a turn: then other entries come first.</param>
    public Turn Run(
        string tracePath, int traceLength, TimeSpan duration, Parallelism parallelism, bool isLeadIn = false)
    {
        for (int i = 0; i < parallelism.Processes; i++)
        {
            long start = (long)traceLength * ((2 * i) + (isLeadIn ? 1 : 0)) / (2 * parallelism.Processes);
            Start(i, tracePath, start, duration, parallelism.Threads);
        }

        return Finish(parallelism.Processes);
    }

    /// <summary>Lets one process do a trace, and another one at the same time something else, which is not counted.</summary>
    /// <param name="neighbourPath">The file of what the other one does.</param>
    /// <param name="tracePath">The trace's file.</param>
    /// <param name="traceLength">The number of entries of each.</param>
    /// <param name="duration">How long.</param>
    public Turn RunBeside(string neighbourPath, string tracePath, int traceLength, TimeSpan duration)
    {
        Start(1, neighbourPath, traceLength / 2, duration, threads: 1);
        Start(0, tracePath, 0, duration, threads: 1);
        Turn turn = Finish(processes: 1);
        _ = _processes[1].ReadLine();
        return turn;
    }

    /// <summary>Lets the peer do a trace in one thread, timing each operation.</summary>
    /// <returns>The nanoseconds of each operation, in order.</returns>
    public int[] RunTimed(string tracePath, TimeSpan duration)
    {
        string path = Path.Combine(_directory, "latencies");
        _ = _processes[0].Ask(FormattableString.Invariant(
            $"run {tracePath} 0 {duration.TotalMilliseconds:F0} 1 {path}"));
        int[] latencies = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(path)).ToArray();
        File.Delete(path);
        return latencies;
    }

    /// <summary>Lets a new process open the store.</summary>
    /// <returns>The nanoseconds of the first time in this process, and of the following ones.</returns>
    public (double First, double[] Again) Reopen(int times)
    {
        using ChildProcess process = Peer.Start(s_patience);
        double first = OpenIn(process, isNew: false);
        double[] again = new double[times];
        for (int i = 0; i < times; i++)
        {
            _ = process.Ask("close");
            again[i] = OpenIn(process, isNew: false);
        }

        _ = process.Ask("close");
        return (first, again);
    }

    /// <summary>Closes the store, opens another new one in the same processes, and removes the first.</summary>
    public void StartAnew(int records)
    {
        foreach (ChildProcess process in _processes)
            _ = process.Ask("close");
        Directory.Delete(_directory, recursive: true);
        Directory.CreateDirectory(_directory);
        _records = records;
        _ = OpenIn(_processes[0], isNew: true);
    }

    /// <summary>Another process of the peer that has opened the store.</summary>
    public ChildProcess Join()
    {
        ChildProcess process = Peer.Start(s_patience);
        _ = OpenIn(process, isNew: false);
        return process;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _processes.Dispose();
        }
        finally
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    /// <summary>Has a process begin with a trace, one that joins first if there are too few.</summary>
    private void Start(int index, string tracePath, long start, TimeSpan duration, int threads)
    {
        while (_processes.Count <= index)
            Open(Peer, isNew: false);
        _processes[index].WriteLine(
            FormattableString.Invariant($"run {tracePath} {start} {duration.TotalMilliseconds:F0} {threads} -"));
    }

    /// <summary>Waits for the first processes, and adds up what they did.</summary>
    private Turn Finish(int processes)
    {
        long operations = 0;
        double perNanosecond = 0;
        double allocated = 0;
        foreach (ChildProcess process in _processes.Take(processes))
        {
            double[] answer = Numbers(process.ReadLine());
            operations += (long)answer[0];
            perNanosecond += answer[0] / answer[1];
            allocated += answer[2];
        }

        return new Turn(operations, 1 / perNanosecond, allocated / operations);
    }

    private static double[] Numbers(string line) =>
        [.. line.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];

    private void Open(Peer peer, bool isNew)
    {
        _processes.Add(peer.Start(s_patience));
        _ = OpenIn(_processes[^1], isNew);
    }

    private double OpenIn(ChildProcess process, bool isNew)
    {
        string how = isNew ? "new" : "join";
        return Numbers(process.Ask(FormattableString.Invariant($"open {how} {_directory} {_records} {_words}")))[0];
    }
}
