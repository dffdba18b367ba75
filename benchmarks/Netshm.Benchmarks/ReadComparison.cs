using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Benchmarks;

/// <summary>
/// Reads and writes under futex locking beside a bare loop over the same file, a dictionary, and real Ocamlnet; and reads
/// of one and two processes, alone and beside a writer.
/// </summary>
internal sealed class ReadComparison : IDisposable
{
    private const int Batch = 64;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private readonly Workload _work;
    private readonly TempTable _temp = new(options: new ShmTableOptions { Locking = LockingMethod.Futex });
    private readonly ShmTable _table;
    private readonly ConcurrentDictionary<int, int[]> _dictionary = [];
    private readonly int[] _visitedKeys;
    private readonly List<(string Name, List<double> Times)> _results = [];

    private ReadComparison(int bindingCount)
    {
        _work = new Workload(bindingCount);
        _table = _temp.Open();
        _visitedKeys = [.. _work.Visited.Select(index => _work.Keys[index])];
        for (int i = 0; i < bindingCount; i++)
        {
            _table.Add(_work.Keys[i], _work.Values[i]);
            _dictionary[_work.Keys[i]] = [.. _work.Values[i]];
        }
    }

    private int Count => _work.Keys.Length;

    /// <summary>Measures, and prints a Markdown table of the medians.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(int bindingCount, int rounds)
    {
        if (!OcamlProgram.IsAvailable)
        {
            Console.Error.WriteLine("Ocamlnet is not installed; see benchmarks/README.md");
            return 1;
        }

        using var comparison = new ReadComparison(bindingCount / Batch * Batch);
        comparison.Measure(rounds);
        comparison.Print(rounds);
        return 0;
    }

    public void Dispose() => _temp.Dispose();

    private void Measure(int rounds)
    {
        using ChildProcess bare = StartBare();
        using ChildProcess ocaml = ChildProcess.Start("peers/ocamlnet.ml",
            OcamlProgram.Compile(Path.Combine(AppContext.BaseDirectory, "peers", "ocamlnet.ml")), [], _patience);
        using var first = new ReadingProcess(_temp.Name, Count);
        using var second = new ReadingProcess(_temp.Name, Count);
        using var writer = new Neighbour(_temp.Name, Count);
        for (int round = -1; round < rounds; round++)
        {
            Note("bare loop, one key", Number(bare.Ask("one")));
            Note("bare loop, 64 keys with prefetching", Number(bare.Ask("many")));
            Note("ConcurrentDictionary, one key, copied", Time(FindInDictionary));
            Note("TryFind", Time(FindOneByOne));
            Note("Find", Time(FindArrays));
            Note("FindMany of 64", Time(FindMany));
            Note("Replace", Time(ReplaceOneByOne));
            Note("ReplaceMany of 64", Time(ReplaceMany));
            NoteOcaml(ocaml);
            Note("a reading process alone", first.Read());
            Task<double> other = Task.Run(second.Read);
            Note("each of two reading processes", (first.Read() + other.Result) / 2);
            writer.WriteDuring(() => Note("a reading process beside a writing one", first.Read()));
            if (round < 0)
                _results.Clear(); // That was to warm up.
        }
    }

    private ChildProcess StartBare()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "peers", "bare.c");
        string program = Path.Combine(AppContext.BaseDirectory, "peers", "bare");
        using (Process compiler = Process.Start("cc", ["-O2", "-march=native", "-o", program, source]))
        {
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
                throw new InvalidOperationException($"{source} does not compile");
        }

        string words = (_table.PageSize / sizeof(int)).ToString(CultureInfo.InvariantCulture);
        string count = Count.ToString(CultureInfo.InvariantCulture);
        return ChildProcess.Start("peers/bare.c", program, [_temp.Name.MemoryPath, words, count], _patience);
    }

    private void NoteOcaml(ChildProcess ocaml)
    {
        SharedMemoryName name = TempTable.FreshName();
        string[] times = ocaml.Ask(FormattableString.Invariant($"{name.MemoryPath} record - {Count}")).Split(' ');
        File.Delete(name.MemoryPath);
        Note("Ocamlnet, record locks, find", Number(times[1]));
        Note("Ocamlnet, record locks, replace", Number(times[2]));
    }

    private void FindOneByOne()
    {
        Span<int> destination = stackalloc int[Workload.ValueLength];
        foreach (int key in _visitedKeys)
            Check(_table.TryFind(key, destination, out int length) && length == Workload.ValueLength);
    }

    private void FindArrays()
    {
        foreach (int key in _visitedKeys)
            Check(_table.Find(key).Length == Workload.ValueLength);
    }

    private void FindInDictionary()
    {
        Span<int> destination = stackalloc int[Workload.ValueLength];
        foreach (int key in _visitedKeys)
        {
            Check(_dictionary.TryGetValue(key, out int[]? value));
            value.CopyTo(destination);
        }
    }

    private void FindMany()
    {
        var values = new ArrayBufferWriter<int>(Batch * Workload.ValueLength * 2);
        Span<int> lengths = stackalloc int[Batch];
        for (int i = 0; i < Count; i += Batch)
        {
            values.ResetWrittenCount();
            Check(_table.FindMany(_visitedKeys.AsSpan(i, Batch), values, lengths) == Batch);
        }
    }

    private void ReplaceOneByOne()
    {
        foreach (int index in _work.Visited)
            _table.Replace(_work.Keys[index], _work.Values[index]);
    }

    private void ReplaceMany()
    {
        int[] values = new int[Batch * Workload.ValueLength];
        int[] lengths = [.. Enumerable.Repeat(Workload.ValueLength, Batch)];
        for (int i = 0; i < Count; i += Batch)
            _table.ReplaceMany(_visitedKeys.AsSpan(i, Batch), values, lengths);
    }

    private static void Check(bool isRight)
    {
        if (!isRight)
            throw new InvalidOperationException("A value was not found, or is wrong");
    }

    private double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Count;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private void Note(string name, double nanosecondsEach)
    {
        (string Name, List<double> Times) result = _results.Find(one => one.Name == name);
        if (result.Times is null)
            _results.Add(result = (name, []));
        result.Times.Add(nanosecondsEach);
    }

    private double Median(string name)
    {
        double[] sorted = [.. _results.Find(one => one.Name == name).Times.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private void Print(int rounds)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{Count:N0} bindings of {Workload.ValueLength} words, pages of {_table.PageSize} bytes,"));
        Console.WriteLine(FormattableString.Invariant(
            $"a File table in {TempTable.Directory}, locking Futex; medians of {rounds} rounds."));
        Console.WriteLine();
        Console.WriteLine("| what | ns each |");
        Console.WriteLine("|---|---:|");
        foreach ((string name, _) in _results)
            Console.WriteLine(FormattableString.Invariant($"| {name} | {Median(name):N0} |"));
        Console.WriteLine();
        Console.WriteLine("| ratio | is |");
        Console.WriteLine("|---|---:|");
        PrintRatio("TryFind to the bare loop", Median("TryFind") / Median("bare loop, one key"));
        PrintRatio("FindMany to the bare loop with prefetching",
            Median("FindMany of 64") / Median("bare loop, 64 keys with prefetching"));
        PrintRatio("ConcurrentDictionary to FindMany",
            Median("ConcurrentDictionary, one key, copied") / Median("FindMany of 64"));
        PrintRatio("Ocamlnet's find to TryFind", Median("Ocamlnet, record locks, find") / Median("TryFind"));
        PrintRatio("Ocamlnet's replace to Replace", Median("Ocamlnet, record locks, replace") / Median("Replace"));
        PrintRatio("two reading processes to one, operations a second",
            2 * Median("a reading process alone") / Median("each of two reading processes"));
        PrintRatio("reading beside a writing process to reading alone, operations a second",
            Median("a reading process alone") / Median("a reading process beside a writing one"));
    }

    private static void PrintRatio(string name, double ratio) =>
        Console.WriteLine(FormattableString.Invariant($"| {name} | {ratio:F2} |"));
}
