using System.Globalization;
using Spectre.Console;

namespace Netshm.Tool.Commands;

/// <summary>Watches a table.</summary>
internal sealed class TopCommand : ToolCommand
{
    private const double MinInterval = 0.05;
    private const double MaxInterval = 86_400;
    private const string Unknown = "-";

    private readonly CommandOption<double> _interval = new("--interval")
    {
        Description = "How long to wait between two looks, in seconds.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 1,
    };

    private readonly CommandOption<int?> _count = new("--count")
    {
        Description = "How many times to look; without it, until Ctrl-C.",
        HelpName = "NUMBER",
    };

    public TopCommand()
        : base(
            "top",
            "Watches a table and tells its rates, and those of each process that uses it: writes, locks, waits, disturbed "
            + "reads, recoveries, growth. Takes no lock. Processes, writes and locks are known under futex locking only.",
            "top local:scores",
            "top local:scores --interval 0.5 --count 10 --json")
    {
        Arguments.Add(SharedOptions.Name);
        Options.Add(_interval);
        Options.Add(_count);
    }

    protected override int Run(Invocation invocation)
    {
        double seconds = invocation.Get(_interval);
        if (!(seconds <= MaxInterval)) // Nor is NaN.
            throw new UsageException("--interval is a number of seconds, a day at most");
        var interval = TimeSpan.FromSeconds(Math.Max(MinInterval, seconds));
        using SharedMemoryObject memory =
            OpenedTable.OpenMemory(invocation.Name, FileAccess.Read, out _);
        Output output = invocation.Output;
        IEnumerable<TableRates> rates = Watch(invocation, memory, interval);
        if (output.IsJson || !output.Console.Profile.Capabilities.Interactive)
            WriteLines(output, rates);
        else
            Draw(output, memory.Name, rates);
        return ExitCode.Fine;
    }

    private IEnumerable<TableRates> Watch(Invocation invocation, SharedMemoryObject memory, TimeSpan interval)
    {
        int left = invocation.Get(_count) ?? int.MaxValue;
        TableSample earlier = TableSample.Of(memory);
        while (left-- > 0 && !invocation.Cancellation.WaitHandle.WaitOne(interval))
        {
            TableSample now = TableSample.Of(memory);
            yield return now.Since(earlier);
            earlier = now;
        }
    }

    private static void WriteLines(Output output, IEnumerable<TableRates> rates)
    {
        foreach (TableRates now in rates)
        {
            output.Write(now, () =>
            {
                Output.WriteLine(Line(Facts(now)));
                foreach (ActiveProcess process in now.PerProcess ?? [])
                    Output.WriteLine($"  {NameOf(process)}  {Line(Facts(process.Rates))}");
            });
            Console.Out.Flush();
        }
    }

    private static void Draw(Output output, SharedMemoryName name, IEnumerable<TableRates> rates) =>
        output.Console.Live(new Markup(Markup.Escape($"{name} ..."))).Start(context =>
        {
            foreach (TableRates now in rates)
            {
                Table table = output.NewTable(Markup.Escape(name.ToString()), "");
                foreach ((string fact, string value) in Facts(now))
                    table.AddRow(fact, value);
                context.UpdateTarget(new Rows(table, ProcessTable(output, now.PerProcess ?? [])));
                Console.Out.Flush();
            }
        });

    private static Table ProcessTable(Output output, IReadOnlyList<ActiveProcess> processes)
    {
        Table table = output.NewTable(["process", .. Facts(rates: null).Select(fact => fact.Name)]);
        foreach (ActiveProcess process in processes)
            table.AddRow([Markup.Escape(NameOf(process)), .. Facts(process.Rates).Select(fact => fact.Value)]);
        return table;
    }

    private static string NameOf(ActiveProcess process) => string.Create(
        CultureInfo.InvariantCulture, $"slot {process.Slot}: {process.Program} {process.ProcessId}").TrimEnd();

    private static string Line(IEnumerable<(string Name, string Value)> facts) =>
        string.Join("  ", facts.Select(fact => $"{fact.Name} {fact.Value}"));

    private static IEnumerable<(string Name, string Value)> Facts(ProcessRates? rates)
    {
        yield return ("writes/s", Text(rates?.WritesPerSecond));
        yield return ("locks/s", Text(rates?.LocksPerSecond));
        yield return ("waits/s", Text(rates?.WaitsPerSecond));
        yield return ("retries/s", Text(rates?.RetriesPerSecond));
        yield return ("recoveries/s", Text(rates?.RecoveriesPerSecond));
        yield return ("pages/s", Text(rates?.PagesAddedPerSecond));
    }

    private static IEnumerable<(string Name, string Value)> Facts(TableRates now)
    {
        yield return ("writes/s", Text(now.WritesPerSecond));
        yield return ("locks/s", Text(now.LocksPerSecond));
        yield return ("bindings/s", Text(now.BindingsPerSecond));
        yield return ("pages/s", Text(now.PagesPerSecond));
        yield return ("bindings", Text(now.Bindings));
        yield return ("pages", Text(now.TotalPages));
        yield return ("free", Text(now.FreePages));
        yield return ("load", now.Load.ToString("P1", CultureInfo.InvariantCulture));
        yield return ("processes", Text(now.Processes));
        yield return ("lock holder", now.OwnerSlot is { } slot ? $"slot {slot}" : Unknown);
    }

    private static string Text(double? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? Unknown;
}
