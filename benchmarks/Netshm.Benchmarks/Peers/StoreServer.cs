using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Netshm.Benchmarks.Peers.Stores;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers;

/// <summary>
/// A peer's process, for the stores that .NET programs use: reads the commands that benchmarks/README.md lists, and
/// answers each with a line. The peers in C and OCaml (<c>benchmarks/peers</c>) understand the same commands.
/// </summary>
internal sealed class StoreServer(Func<StorePlace, Store> open)
{
    private const int MostLatencies = 1 << 20;
    private readonly List<Store> _threads = [];
    private readonly Dictionary<string, OperationTrace> _traces = [];
    private StorePlace _place = new("", IsNew: false, Records: 0, Words: 0);
    private int _bindings;
    private int[] _latencies = [];

    /// <summary>Serves until the end of the input.</summary>
    /// <returns>The exit code.</returns>
    public int Serve(TextReader input, TextWriter output)
    {
        while (input.ReadLine() is { } line)
        {
            output.WriteLine(Answer(line.Split(' ')));
            output.Flush();
        }

        Close();
        return 0;
    }

    private string Answer(string[] command) => command switch
    {
        ["open", var how, var directory, var records, var words] =>
            Open(new StorePlace(directory, how == "new", Number(records), Number(words))),
        ["fill", var count] => Fill(Number(count)),
        ["verify"] => Verify(),
        ["run", var trace, var start, var milliseconds, var threads, var latencies] =>
            Run(trace, Number(start), TimeSpan.FromMilliseconds(Number(milliseconds)), Number(threads), latencies),
        ["bytes"] => _threads[0].Bytes().ToString(CultureInfo.InvariantCulture),
        ["hold"] => Hold(),
        ["write"] => Write(),
        ["close"] => Close(),
        _ => throw new InvalidDataException($"Unknown command: {string.Join(' ', command)}"),
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private string Open(StorePlace place)
    {
        _place = place;
        _bindings = place.IsNew ? 0 : place.Records;
        long start = Stopwatch.GetTimestamp();
        Store store = open(place);
        string answer = NanosecondsSince(start);
        _threads.Add(store);
        return answer;
    }

    private string Fill(int count)
    {
        int[] keys = [.. Enumerable.Range(0, count).Select(Records.Key)];
        long start = Stopwatch.GetTimestamp();
        _threads[0].Fill(keys, Records.Template(_place.Words));
        _bindings = count;
        return NanosecondsSince(start);
    }

    private string Verify()
    {
        int[] template = Records.Template(_place.Words);
        int[] keys = new int[Traces.Batch];
        for (int first = 0; first < _bindings; first += keys.Length)
        {
            int count = Math.Min(keys.Length, _bindings - first);
            for (int i = 0; i < count; i++)
                keys[i] = Records.Key(first + i);
            ReadOnlySpan<int> values = _threads[0].ReadMany(keys.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                if (values.Length != count * _place.Words
                    || !Records.IsValueOf(keys[i], values.Slice(i * _place.Words, _place.Words), template))
                {
                    throw new InvalidDataException($"The value of key {keys[i]} is not what was written");
                }
            }
        }

        return "right";
    }

    private string Run(string path, int start, TimeSpan duration, int threads, string latencyPath)
    {
        if (!_traces.TryGetValue(path, out OperationTrace? trace))
            _traces.Add(path, trace = OperationTrace.Load(path));
        while (_threads.Count < threads)
            _threads.Add(_threads[0].ForAnotherThread());
        Span<int> latencies = default;
        if (latencyPath != "-")
            latencies = LatencyBuffer(duration == TimeSpan.Zero ? trace.Entries.Length : MostLatencies);
        TraceRun[] runs = threads == 1
            ? [RunHere(trace, start, duration, latencies)]
            : RunOnThreads(trace, duration, threads);
        if (latencyPath != "-")
            File.WriteAllBytes(latencyPath, MemoryMarshal.AsBytes(latencies[..runs[0].Operations]));
        return string.Create(CultureInfo.InvariantCulture,
            $"{runs.Sum(run => run.Operations)} {runs.Max(run => run.Nanoseconds)} {runs.Sum(run => run.AllocatedBytes)}");
    }

    private Span<int> LatencyBuffer(int length)
    {
        if (_latencies.Length < length)
            _latencies = new int[length];
        return _latencies.AsSpan(0, length);
    }

    private TraceRun RunHere(OperationTrace trace, int start, TimeSpan duration, Span<int> latencies)
    {
        var run = new TraceRun(_threads[0], trace, _place.Words, _bindings);
        int end = run.Execute(start, duration, latencies);
        if (trace.ChangesKeys && duration != TimeSpan.Zero)
            run.Undo(end);
        return run;
    }

    private TraceRun[] RunOnThreads(OperationTrace trace, TimeSpan duration, int count)
    {
        TraceRun[] runs =
            [.. _threads.Take(count).Select(store => new TraceRun(store, trace, _place.Words, _bindings))];
        using var barrier = new Barrier(count);
        Task[] tasks = [.. runs.Select((run, number) => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait();
                _ = run.Execute((int)((long)trace.Entries.Length * number / count), duration, default);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        Task.WaitAll(tasks);
        return runs;
    }

    /// <summary>Takes the lock of a table and never gives it back: the process is to be killed then.</summary>
    private string Hold()
    {
        ((NetshmStore)_threads[0]).Hold(() =>
        {
            Console.WriteLine("holding");
            Console.Out.Flush();
            Thread.Sleep(Timeout.Infinite);
        });
        throw new UnreachableException();
    }

    /// <summary>Replaces one value.</summary>
    /// <returns>The time of the monotonic clock when that was done.</returns>
    private string Write()
    {
        int[] value = Records.Template(_place.Words);
        int key = Records.Key(0);
        Records.Stamp(value, key);
        _threads[0].Replace(key, value);
        return Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
    }

    private string Close()
    {
        foreach (Store store in Enumerable.Reverse(_threads))
            store.Dispose();
        _threads.Clear();
        _traces.Clear();
        return "closed";
    }

    private static string NanosecondsSince(long start) =>
        Stopwatch.GetElapsedTime(start).TotalNanoseconds.ToString("F0", CultureInfo.InvariantCulture);
}
