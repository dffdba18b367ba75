using System.Buffers;
using System.Diagnostics;
using Spectre.Console;

namespace Netshm.Tool.Commands;

/// <summary>Measures how fast tables are on this machine.</summary>
internal sealed class BenchCommand : ToolCommand
{
    private const int KeysPerCall = 256;
    private const int WarmUpBindings = 100_000;

    private readonly CommandOption<int> _bindings = new("--bindings")
    {
        Description = "How many bindings the table gets.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 100_000,
    };

    private readonly CommandOption<int> _words = new("--words")
    {
        Description = "How long each value is, in words.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 8,
    };

    public BenchCommand()
        : base(
            "bench",
            "Measures each operation once, from one thread, on a table of its own in the user's shared memory, which "
            + "is removed at the end. --locking measures one method in place of all three.",
            "bench",
            "bench --bindings 1000000 --words 2 --locking futex --json")
    {
        Options.Add(_bindings);
        Options.Add(_words);
        Options.Add(SharedOptions.Locking);
    }

    protected override int Run(Invocation invocation)
    {
        int bindings = invocation.Get(_bindings);
        int words = invocation.Get(_words);
        if (bindings < 1 || words < 0)
            throw new UsageException("--bindings is at least 1, and --words at least 0");
        LockingMethod[] methods = invocation.IsGiven(SharedOptions.Locking)
            ? [invocation.Get(SharedOptions.Locking)]
            : [LockingMethod.Futex, LockingMethod.Record, LockingMethod.None];
        var results = new List<Measurement>();
        ProgressBar.Show(invocation, "measuring", methods.Length, step =>
        {
            foreach (LockingMethod method in methods)
            {
                // The first run is for the compiler, which compiles often-run code again.
                _ = Measure(method, Math.Min(bindings, WarmUpBindings), words);
                results.AddRange(Measure(method, bindings, words));
                step(1);
            }
        });
        invocation.Output.Write(new { bindings, words, results }, () => Show(invocation.Output, results));
        return ExitCode.Fine;
    }

    private static List<Measurement> Measure(LockingMethod method, int bindings, int words)
    {
        using SharedMemoryObject memory = SharedMemoryObject.CreateUnique(SharedMemoryName.Local("bench-XXXXXXXX"));
        using var unfinished = new Unfinished(() => SharedMemoryObject.Unlink(memory.Name));
        using ShmTable table = ShmTable.Manage(memory, new ShmTableOptions { Locking = method });
        return Measure(table, KeysInRandomOrder(bindings), words);
    }

    private static List<Measurement> Measure(ShmTable table, int[] keys, int words)
    {
        int[] value = [.. Enumerable.Range(0, words)];
        int[] found = new int[words];
        return
        [
            Time(table, "add", keys, key => table.Add(key, value)),
            Time(table, "find", keys, key => table.TryFind(key, found, out _)),
            TimeFindMany(table, keys),
            Time(table, "replace", keys, key => table.Replace(key, value)),
            Time(table, "remove", keys, key => table.Remove(key)),
        ];
    }

    private static Measurement Time(ShmTable table, string operation, int[] keys, Action<int> action)
    {
        long begin = Stopwatch.GetTimestamp();
        foreach (int key in keys)
            action(key);
        return Measurement.Of(table, operation, Stopwatch.GetElapsedTime(begin), keys.Length);
    }

    private static Measurement TimeFindMany(ShmTable table, int[] keys)
    {
        var values = new ArrayBufferWriter<int>();
        int[] lengths = new int[KeysPerCall];
        long begin = Stopwatch.GetTimestamp();
        foreach (int[] some in keys.Chunk(KeysPerCall))
        {
            table.FindMany(some, values, lengths);
            values.ResetWrittenCount();
        }

        return Measurement.Of(table, "find many", Stopwatch.GetElapsedTime(begin), keys.Length);
    }

    private static int[] KeysInRandomOrder(int count)
    {
        int[] keys = [.. Enumerable.Range(0, count)];
        Random.Shared.Shuffle(keys);
        return keys;
    }

    private static void Show(Output output, List<Measurement> results)
    {
        Table table = output.NewTable("locking", "operation", "ns", "per second");
        foreach (Measurement result in results)
            table.AddRow($"{result.Locking}", result.Operation, $"{result.Nanoseconds:N0}", $"{result.PerSecond:N0}");
        output.Console.Write(table);
    }

    /// <summary>What one operation costs.</summary>
    private sealed record Measurement(LockingMethod Locking, string Operation, double Nanoseconds, double PerSecond)
    {
        public static Measurement Of(ShmTable table, string operation, TimeSpan elapsed, int count) => new(
            table.Locking,
            operation,
            Math.Round(elapsed.TotalNanoseconds / count, 1),
            Math.Round(count / elapsed.TotalSeconds));
    }
}
