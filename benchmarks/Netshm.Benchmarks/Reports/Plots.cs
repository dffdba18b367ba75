using System.Globalization;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;
using ScottPlot;

namespace Netshm.Benchmarks.Reports;

/// <summary>Draws the main figures as SVG files.</summary>
internal sealed class Plots(Results results, string directory)
{
    private const int Width = 1000;
    private const int Height = 560;
    private static readonly ScottPlot.Palettes.Category20 s_palette = new();

    /// <summary>Draws what there are figures for.</summary>
    /// <returns>The names of the files, by section.</returns>
    public ILookup<string, string> Draw()
    {
        List<(string Section, string File)> drawn = [];
        foreach ((string section, string file, Action<Plot, IReadOnlyList<Result>> draw) in
            (ReadOnlySpan<(string, string, Action<Plot, IReadOnlyList<Result>>)>)
            [
                (Sections.Core, "core.svg", DrawCore),
                (Sections.Core, "latencies.svg", DrawLatencies),
                (Sections.Ycsb, "ycsb.svg", DrawYcsb),
                (Sections.Parallel, "parallel.svg", DrawParallel),
                (Sections.Sizes, "sizes.svg", DrawSizes),
                (Sections.Counts, "counts.svg", DrawCounts),
                (Sections.Growth, "growth.svg", DrawGrowth),
                (Sections.Memory, "memory.svg", DrawMemory),
                (Sections.Actors, "actors.svg", DrawActors),
            ])
        {
            IReadOnlyList<Result> figures = results.In(section);
            if (figures.Count == 0)
                continue;
            var plot = new Plot();
            draw(plot, figures);
            plot.SaveSvg(Path.Combine(directory, file), Width, Height);
            drawn.Add((section, file));
        }

        return drawn.ToLookup(one => one.Section, one => one.File);
    }

    private static void DrawCore(Plot plot, IReadOnlyList<Result> figures)
    {
        string[] operations = [Scenarios.Read, Scenarios.ReadMany, Scenarios.Replace];
        DrawBars(plot, figures.Where(result => operations.Contains(result.Subject.Operation)),
            result => result.Subject.Peer, result => result.Subject.Operation, result => result.Median);
        plot.Title("Single operations, 8 words, one process and thread");
        plot.YLabel("ns each, logarithmic");
    }

    private static void DrawLatencies(Plot plot, IReadOnlyList<Result> figures)
    {
        double[] percents = [50, 90, 99, 99.9, 100];
        foreach (Result result in figures.Where(result =>
            result.Subject.Operation == Scenarios.Replace && result.Longest is not null))
        {
            double[] values = [.. percents.Select(percent => Math.Log10(Math.Max(1, result.Percentile(percent)!.Value)))];
            AddLine(plot, [.. percents.Select((_, index) => (double)index)], values, result.Subject.Peer);
        }

        plot.Axes.Bottom.SetTicks([.. percents.Select((_, index) => (double)index)], ["p50", "p90", "p99", "p99.9", "longest"]);
        Finish(plot);
        plot.Title("Latencies of replace");
        plot.YLabel("ns, logarithmic");
    }

    private static void DrawYcsb(Plot plot, IReadOnlyList<Result> figures)
    {
        DrawBars(plot, figures.Where(result => result.Subject.Keys == Scenarios.Zipfian),
            result => result.Subject.Operation, result => result.Subject.Peer, result => result.Median);
        plot.Title("YCSB, zipfian keys");
        plot.YLabel("ns each, logarithmic");
    }

    private static void DrawParallel(Plot plot, IReadOnlyList<Result> figures)
    {
        DrawBars(plot, figures.Where(result => result.Subject.Operation == Scenarios.Mixed),
            result => result.Subject.Parallel, result => result.Subject.Peer, result => 1e9 / result.Median);
        plot.Title($"{Scenarios.Mixed}: processes and threads");
        plot.YLabel("operations a second, logarithmic");
    }

    private static void DrawSizes(Plot plot, IReadOnlyList<Result> figures) => DrawLines(
        plot, figures.Where(result => result.Subject.Operation == Scenarios.Read), result => result.Subject.Words,
        "Single reads", "words of a value", "ns each, logarithmic");

    private static void DrawCounts(Plot plot, IReadOnlyList<Result> figures) => DrawLines(
        plot,
        figures.Where(result => result.Subject.Operation == Scenarios.Read || result.Subject.Peer == MemoryLatency.Label),
        result => result.Subject.Bindings, "Single reads", "bindings", "ns each, logarithmic");

    private static void DrawGrowth(Plot plot, IReadOnlyList<Result> figures) => DrawLines(
        plot, figures.Where(result => result.Subject.Unit == "ms"), result => result.Subject.Bindings,
        "The longest addition while growing from empty", "bindings", "ms, logarithmic");

    private static void DrawMemory(Plot plot, IReadOnlyList<Result> figures)
    {
        IEnumerable<Result> drawn = figures.Where(result => result.Subject.Words is 1 or 8 or 25 or 250)
            .DistinctBy(result => (result.Subject.Peer, result.Subject.Words)).OrderBy(result => result.Subject.Words);
        DrawBars(plot, drawn,
            result => FormattableString.Invariant($"{result.Subject.Words} words"), result => result.Subject.Peer,
            result => result.Median);
        plot.Title("Memory");
        plot.YLabel("bytes per binding, logarithmic");
    }

    private static void DrawActors(Plot plot, IReadOnlyList<Result> figures)
    {
        const int RoomForNames = 430;
        Bar[] bars = [.. figures.Select((result, index) => new Bar
        {
            Position = -index,
            Value = Math.Log10(1e9 / result.Median),
            Orientation = Orientation.Horizontal,
            FillColor = s_palette.GetColor(0),
            LineWidth = 0,
        })];
        plot.Add.Bars(bars);
        plot.Axes.Left.SetTicks(
            [.. figures.Select((_, index) => (double)-index)], [.. figures.Select(result => result.Subject.Peer)]);
        plot.Axes.Left.MinimumSize = RoomForNames;
        plot.Axes.Bottom.TickGenerator = LogarithmicTicks();
        plot.Title("The actor layer");
        plot.XLabel("operations a second, logarithmic");
    }

    /// <summary>Groups of bars, with a logarithmic axis.</summary>
    private static void DrawBars(
        Plot plot,
        IEnumerable<Result> figures,
        Func<Result, string> group,
        Func<Result, string> bar,
        Func<Result, double> value)
    {
        Result[] all = [.. figures];
        string[] groups = [.. all.Select(group).Distinct()];
        string[] bars = [.. all.Select(bar).Distinct()];
        double width = 0.8 / bars.Length;
        for (int i = 0; i < bars.Length; i++)
        {
            Bar[] drawn = [.. all.Where(result => bar(result) == bars[i]).Select(result => new Bar
            {
                Position = Array.IndexOf(groups, group(result)) - 0.4 + ((i + 0.5) * width),
                Value = Math.Log10(value(result)),
                Size = width,
                FillColor = s_palette.GetColor(i),
                LineWidth = 0,
            })];
            plot.Add.Bars(drawn).LegendText = bars[i];
        }

        plot.Axes.Bottom.SetTicks([.. groups.Select((_, index) => (double)index)], groups);
        Finish(plot);
        if (groups.Length > 6)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = 30;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
            plot.Axes.Bottom.MinimumSize = 150;
        }
    }

    /// <summary>A line for each peer, both axes logarithmic.</summary>
    private static void DrawLines(
        Plot plot, IEnumerable<Result> figures, Func<Result, double> x, string title, string xLabel, string yLabel)
    {
        foreach (IGrouping<string, Result> peer in figures.GroupBy(result => result.Subject.Peer))
        {
            Result[] points = [.. peer.OrderBy(x)];
            AddLine(plot, [.. points.Select(result => Math.Log10(x(result)))],
                [.. points.Select(result => Math.Log10(result.Median))], peer.Key);
        }

        plot.Axes.Bottom.TickGenerator = LogarithmicTicks();
        Finish(plot);
        plot.Title(title);
        plot.XLabel(xLabel);
        plot.YLabel(yLabel);
    }

    private static void AddLine(Plot plot, double[] xs, double[] ys, string name)
    {
        bool isOurs = name == PeerCatalog.NetshmFutex.Label;
        ScottPlot.Plottables.Scatter line =
            plot.Add.Scatter(xs, ys, s_palette.GetColor(plot.PlottableList.Count));
        line.LegendText = name;
        line.LineWidth = isOurs ? 4 : 2;
        line.MarkerSize = isOurs ? 9 : 6;
    }

    private static void Finish(Plot plot)
    {
        plot.Axes.Left.TickGenerator = LogarithmicTicks();
        plot.Legend.FontSize = 11;
        plot.ShowLegend(Edge.Right);
    }

    private static ScottPlot.TickGenerators.NumericAutomatic LogarithmicTicks() => new()
    {
        MinorTickGenerator = new ScottPlot.TickGenerators.LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = exponent => Math.Pow(10, exponent).ToString("#,##0.######", CultureInfo.InvariantCulture),
    };
}
