using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Benchmarks;

/// <summary>Compares our library with real Ocamlnet, in rounds in which both take turns.</summary>
internal static class OcamlnetComparison
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    /// <summary>Measures, and prints a Markdown table of the medians.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(int bindingCount, int rounds)
    {
        if (!OcamlProgram.IsAvailable)
        {
            Console.Error.WriteLine(
                "Ocamlnet is not installed (Debian: ocaml-nox ocaml-findlib libocamlnet-ocaml-dev)");
            return 1;
        }

        string peer = OcamlProgram.Compile(Path.Combine(AppContext.BaseDirectory, "peers", "ocamlnet.ml"));
        using ChildProcess ocaml = ChildProcess.Start("peers/ocamlnet.ml", peer, [], _patience);
        Series[] series = [.. AllSeries()];
        var work = new Workload(bindingCount);
        foreach (Series one in series)
            _ = TableTiming.Measure(one.Options, work); // Until everything is compiled as well as it will be.
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series one in series)
                one.MeasureOnce(ocaml, work);
        }

        Print(series, bindingCount, rounds);
        return 0;
    }

    private static IEnumerable<Series> AllSeries() =>
        from locking in (LockingMethod[])[LockingMethod.Record, LockingMethod.None]
        from isSizedBeforehand in (bool[])[false, true]
        select new Series(locking, isSizedBeforehand);

    private static void Print(Series[] series, int bindingCount, int rounds)
    {
        Console.WriteLine(FormattableString.Invariant(
            $"{bindingCount:N0} bindings of {Workload.ValueLength} words, default page size,"));
        Console.WriteLine(FormattableString.Invariant(
            $"File tables in {TempTable.Directory}, one process and thread; medians of {rounds} rounds."));
        Console.WriteLine();
        Console.WriteLine("| locking | table | operation | Ocamlnet, ns | this library, ns | times as fast |");
        Console.WriteLine("|---|---|---|---:|---:|---:|");
        foreach (Series one in series)
            one.Print();
    }

    /// <summary>The measurements of one kind of table.</summary>
    private sealed class Series(LockingMethod locking, bool isSizedBeforehand)
    {
        private readonly List<double[]> _ocaml = [];
        private readonly List<TableTiming> _ours = [];

        public ShmTableOptions Options { get; } = new() { Locking = locking };

        public void MeasureOnce(ChildProcess ocaml, Workload work)
        {
            int? init = isSizedBeforehand ? work.Keys.Length : null;
            _ocaml.Add(MeasureOcaml(ocaml, work, init));
            _ours.Add(TableTiming.Measure(Options with { Init = init }, work));
        }

        public void Print()
        {
            PrintRow("add", times => times[0], timing => timing.Add);
            PrintRow("find, value allocated", times => times[1], timing => timing.Find);
            PrintRow("find, into a span (ours)", times => times[1], timing => timing.TryFind);
            PrintRow("replace", times => times[2], timing => timing.Replace);
        }

        private double[] MeasureOcaml(ChildProcess ocaml, Workload work, int? init)
        {
            SharedMemoryName name = TempTable.FreshName();
            string lockingName = locking == LockingMethod.Record ? "record" : "none";
            string initText = init?.ToString(CultureInfo.InvariantCulture) ?? "-";
            try
            {
                string answer = ocaml.Ask(FormattableString.Invariant(
                    $"{name.MemoryPath} {lockingName} {initText} {work.Keys.Length}"));
                return [.. answer.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            }
            finally
            {
                File.Delete(name.MemoryPath);
            }
        }

        private void PrintRow(string operation, Func<double[], double> ocamlTime, Func<TableTiming, double> ourTime)
        {
            double ocaml = Median(_ocaml.Select(ocamlTime));
            double ours = Median(_ours.Select(ourTime));
            string table = isSizedBeforehand ? "sized beforehand" : "growing from the default";
            Console.WriteLine(FormattableString.Invariant(
                $"| {locking} | {table} | {operation} | {ocaml:N0} | {ours:N0} | {ocaml / ours:F1} |"));
        }

        private static double Median(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }
}
