using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;
using static Netshm.Benchmarks.Reports.MarkdownTable;

namespace Netshm.Benchmarks.Reports;

/// <summary>The report for people.</summary>
internal sealed class MarkdownReport(
    TextWriter writer, Results results, IReadOnlyList<Peer> peers, Effort effort, double loadBefore)
{
    /// <summary>The load for each processor from which on figures are not to be trusted.</summary>
    private const double BusyShare = 0.3;

    /// <summary>Writes everything.</summary>
    /// <param name="plots">The names of the plots' files, by section.</param>
    public void Write(ILookup<string, string> plots)
    {
        WriteHead();
        WriteFailures();
        WriteTargets();
        foreach ((string section, string title, Action<IReadOnlyList<Result>> write) in Parts())
        {
            IReadOnlyList<Result> figures = results.In(section);
            if (figures.Count == 0)
                continue;
            writer.WriteLine($"## {title}\n");
            foreach (string plot in plots[section])
                writer.WriteLine($"![{title}]({plot})\n");
            write(figures);
        }

        WriteWins();
        WritePeers();
    }

    private IEnumerable<(string Section, string Title, Action<IReadOnlyList<Result>> Write)> Parts() =>
    [
        (Sections.Core, "Single operations", WriteCore),
        (Sections.Ycsb, "YCSB", WriteYcsb),
        (Sections.Parallel, "Several processes and threads", WriteParallel),
        (Sections.Sizes, "Values of 1 to 25,000 words", WriteSizes),
        (Sections.Counts, "A thousand to ten million bindings", WriteCounts),
        (Sections.Growth, "Growing from empty, and the longest write", WriteGrowth),
        (Sections.Memory, "Memory", WriteMemory),
        (Sections.Pauses, "Opening, and the death of a lock's holder", WritePauses),
        (Sections.Actors, "Table actors", WriteActors),
        (Sections.Micro, "Micro-benchmarks", WriteMicro),
    ];

    private void WriteHead()
    {
        writer.WriteLine("# Benchmark report\n");
        writer.WriteLine(FormattableString.Invariant($"""
            Written by `benchmarks/run{(effort.IsFull ? " --full" : "")}`; every figure is in report.csv. Nanoseconds each,
            medians of {effort.Rounds} rounds in which all peers take turns, each turn
            {effort.Throughput.TotalMilliseconds:F0} ms; ± is half of the span from the lowest to the highest round, in percent
            of the median. Latencies are those of all rounds together, with the clock's 25 ns or so in them.
            benchmarks/README.md tells the rest.

            """));
        if (loadBefore > BusyShare * Environment.ProcessorCount)
        {
            writer.WriteLine(
                "**The machine was busy with other work before this run, so that its figures tell little: see the load.**\n");
        }

        writer.WriteLine(FormattableString.Invariant($"- load before the run: {loadBefore}"));
        foreach ((string name, string value) in Machine.Describe())
            writer.WriteLine($"- {name}: {value}");
        writer.WriteLine();
    }

    private void WriteFailures()
    {
        if (results.Failures.Count == 0)
            return;
        writer.WriteLine("## Not measured\n");
        foreach (string failure in results.Failures)
            writer.WriteLine($"- {failure}");
        writer.WriteLine();
    }

    private void WriteTargets()
    {
        writer.WriteLine("## Targets\n");
        WriteRow(writer, ["what", "target", "measured", "met"]);
        writer.WriteLine("|---|---|---:|---|");
        foreach (Target target in new Targets(results).All())
        {
            string isMet = target.IsMet switch
            {
                true => "yes",
                false => "**no**",
                null => "",
            };
            WriteRow(writer, [target.What, target.Goal, target.Figure ?? "not run", isMet]);
        }

        writer.WriteLine();
    }

    private void WriteCore(IReadOnlyList<Result> figures)
    {
        writer.WriteLine(FormattableString.Invariant(
            $"{effort.Bindings:N0} bindings of {Suite.Words} words, uniform keys, one process and thread; `read 64` by key.\n"));
        WritePivot(writer, "ns each", figures, PeerOf, OperationOf, WithSpread);
        writer.WriteLine($"How many times as long as {PeerCatalog.NetshmFutex.Label}:\n");
        WriteRatios(figures, OperationOf);
        writer.WriteLine("Bytes allocated on the managed heap by each operation:\n");
        WritePivot(writer, "bytes", [.. figures.Where(result => result.AllocatedBytes is not null)], PeerOf, OperationOf,
            result => Number(Math.Round(result.AllocatedBytes!.Value)));
        writer.WriteLine(
            "Latencies of single operations in ns (`read 64`: of the whole batch), p50 / p99 / p99.9 / longest:\n");
        WritePivot(writer, "p50 / p99 / p99.9 / max", [.. figures.Where(result => result.Longest is not null)],
            PeerOf, OperationOf, Latencies);
    }

    private void WriteYcsb(IReadOnlyList<Result> figures)
    {
        writer.WriteLine("""
            A: 50 % reads, 50 % replaces. B: 95 %, 5 %. C: reads. D: 95 % reads of the latest, 5 % adds. E: 95 % scans of
            1 to 100 records, 5 % adds; hash tables have no order, so a scan reads records of consecutive numbers as a batch.
            F: 50 % reads, 50 % read-modify-writes. Zipfian keys have the constant 0.99.

            """);
        WritePivot(writer, "ns each", figures, PeerOf, MixOf, WithSpread);
        writer.WriteLine("Latencies in ns, p50 / p99 / p99.9 / longest:\n");
        WritePivot(writer, "p50 / p99 / p99.9 / max", figures, PeerOf, MixOf, Latencies);
    }

    private void WriteParallel(IReadOnlyList<Result> figures)
    {
        writer.WriteLine("""
            Million operations a second, all processes and threads together. The writer of the last column is a process that
            replaces at full speed, and its operations are not counted.

            """);
        foreach (IGrouping<string, Result> work in figures.GroupBy(OperationOf))
        {
            writer.WriteLine($"{work.Key}:\n");
            WritePivot(writer, "million a second", [.. work], PeerOf, result => result.Subject.Parallel,
                result => Number(1e3 / result.Median));
        }
    }

    private void WriteSizes(IReadOnlyList<Result> figures)
    {
        foreach (IGrouping<string, Result> operation in figures.GroupBy(OperationOf))
        {
            writer.WriteLine($"{operation.Key}, ns each:\n");
            WritePivot(writer, "ns each", [.. operation], PeerOf, WordsOf, WithSpread);
        }
    }

    private void WriteCounts(IReadOnlyList<Result> figures)
    {
        writer.WriteLine("The chase of pointers goes through as much memory as our table of that size takes.\n");
        foreach (IGrouping<string, Result> operation in figures.GroupBy(OperationOf))
        {
            writer.WriteLine($"{operation.Key}, ns each:\n");
            WritePivot(writer, "ns each", [.. operation], PeerOf, BindingsOf, WithSpread);
        }
    }

    private void WriteGrowth(IReadOnlyList<Result> figures)
    {
        writer.WriteLine("""
            Adding to an empty table, one by one, each addition timed. TDB and FASTER are told the number of records
            beforehand, since their tables of chains do not grow; all others grow by themselves.

            """);
        foreach (IGrouping<string, Result> operation in figures.GroupBy(OperationOf))
        {
            writer.WriteLine($"{operation.Key}, {operation.First().Subject.Unit}:\n");
            WritePivot(writer, operation.First().Subject.Unit, [.. operation], PeerOf, BindingsOf, WithSpread);
        }

        writer.WriteLine("Latencies of the additions in ns, p50 / p99 / p99.9 / longest:\n");
        WritePivot(writer, "p50 / p99 / p99.9 / max", [.. figures.Where(result => result.Longest is not null)],
            PeerOf, BindingsOf, Latencies);
    }

    private void WriteMemory(IReadOnlyList<Result> figures)
    {
        writer.WriteLine("""
            Bytes for each binding, its 4 bytes of key and the words of its value included: files in full, the managed heap and
            Redis's memory less what they take when empty, FASTER's index and log. Our tables with Futex have a file of 1 MiB
            beside them.

            """);
        Result[] ordered =
            [.. figures.OrderBy(result => result.Subject.Words).ThenBy(result => result.Subject.Bindings)];
        WritePivot(writer, "bytes per binding", ordered, PeerOf,
            result => $"{WordsOf(result)}, {BindingsOf(result)}", result => Number(result.Median));
    }

    private void WritePauses(IReadOnlyList<Result> figures)
    {
        WriteRow(writer, ["what", "peer", "median, ms", "lowest", "highest", "times"]);
        writer.WriteLine("|---|---|---:|---:|---:|---:|");
        foreach (Result one in figures)
        {
            WriteRow(writer,
                [$"{one.Subject.Operation}; {BindingsOf(one)} of {WordsOf(one)}", one.Subject.Peer, Number(one.Median),
                    Number(one.Lowest), Number(one.Highest), Number(one.Rounds)]);
        }

        writer.WriteLine();
    }

    private void WriteActors(IReadOnlyList<Result> figures)
    {
        writer.WriteLine($"{Actors.Series.InFlight} operations under way where not said otherwise; values of 8 words.\n");
        double ask = figures.First(result => PeerOf(result) == Actors.ActorRun.Ask).Median;
        WriteRow(writer, ["operation", "ns each", "per second", "times Akka's Ask"]);
        writer.WriteLine("|---|---:|---:|---:|");
        foreach (Result one in figures)
            WriteRow(writer, [PeerOf(one), WithSpread(one), Number(1e9 / one.Median), Number(ask / one.Median)]);
        writer.WriteLine();
    }

    private void WriteMicro(IReadOnlyList<Result> figures)
    {
        writer.WriteLine("By BenchmarkDotNet: 200,000 bindings of 8 words, Futex.\n");
        WritePivot(writer, "operation", figures, OperationOf, _ => "ns each", WithSpread);
        WritePivot(writer, "operation", figures, OperationOf, _ => "bytes allocated",
            result => Number(result.AllocatedBytes ?? 0));
    }

    private void WriteWins()
    {
        writer.WriteLine("## Where a peer wins\n");
        writer.WriteLine(
            $"Every median of a peer that is lower than that of {PeerCatalog.NetshmFutex.Label}; it is sure where each round of the "
            + "peer was below each of ours.\n");
        WriteRow(writer, ["section", "work", "peer", "its figure", "ours", "unit", "ours / its", "sure"]);
        writer.WriteLine("|---|---|---|---:|---:|---|---:|---|");
        foreach ((Result theirs, Result ours) in PeerWins.Find(results))
        {
            Subject subject = theirs.Subject;
            WriteRow(writer,
                [subject.Section, WorkOf(theirs), subject.Peer, Number(theirs.Median), Number(ours.Median), subject.Unit,
                    Number(ours.Median / theirs.Median), theirs.Highest < ours.Lowest ? "yes" : ""]);
        }

        writer.WriteLine();
    }

    private static string WorkOf(Result result) => string.Join(", ",
        new[] { OperationOf(result), result.Subject.Keys, BindingsOf(result), WordsOf(result), result.Subject.Parallel }
            .Where(text => text.Length > 0 && text != Parallelism.None.ToString()));

    private void WritePeers()
    {
        writer.WriteLine("## Peers and their configurations\n");
        foreach (Peer peer in peers)
            writer.WriteLine($"- {peer.Label}: {peer.Configuration}");
    }

    private void WriteRatios(IReadOnlyList<Result> figures, Func<Result, string> column)
    {
        Dictionary<string, double> ours = figures
            .Where(result => PeerOf(result) == PeerCatalog.NetshmFutex.Label)
            .ToDictionary(column, result => result.Median);
        WritePivot(writer, "×", figures, PeerOf, column,
            result => ours.TryGetValue(column(result), out double own) ? Number(result.Median / own) : null);
    }

    private static string Latencies(Result result) => string.Join(" / ",
        ((double[])[50, 99, 99.9]).Select(percent => Number(result.Percentile(percent)!.Value))
            .Append(Number(result.Longest!.Value)));

    private static string PeerOf(Result result) => result.Subject.Peer;

    private static string OperationOf(Result result) => result.Subject.Operation;

    private static string MixOf(Result result) => $"{result.Subject.Operation} {result.Subject.Keys}";

    private static string WordsOf(Result result) =>
        result.Subject.Words == 1 ? "1 word" : FormattableString.Invariant($"{result.Subject.Words:N0} words");

    private static string BindingsOf(Result result) => FormattableString.Invariant($"{result.Subject.Bindings:N0} bindings");
}
