using System.Globalization;
using Netshm.Benchmarks.Reports;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Comparison;

/// <summary>Tells what came of a comparison.</summary>
internal static class ComparisonReport
{
    /// <summary>Writes a table of all figures, then what is worse.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<ComparedFigure> figures)
    {
        writer.WriteLine();
        MarkdownTable.WriteRow(writer, ["figure", "old", "new", "new / old in each run"]);
        writer.WriteLine("|---|---:|---:|---|");
        foreach (ComparedFigure figure in figures)
        {
            MarkdownTable.WriteRow(writer,
            [
                figure.Name,
                MarkdownTable.Number(Result.MedianOf(figure.Runs.Select(run => run.Old))),
                MarkdownTable.Number(Result.MedianOf(figure.Runs.Select(run => run.New))),
                Ratios(figure),
            ]);
        }

        ComparedFigure[] regressions = [.. figures.Where(figure => figure.IsRegression)];
        writer.WriteLine();
        writer.WriteLine(regressions.Length == 0
            ? "No regression: nothing is more than 5 % worse in two of three runs."
            : "More than 5 % worse in two of three runs:");
        foreach (ComparedFigure regression in regressions)
            writer.WriteLine($"REGRESSION {regression.Name}: {Ratios(regression)}");
        foreach (ComparedFigure undecided in figures.Where(figure => figure.IsUndecided))
            writer.WriteLine($"UNDECIDED, on a quieter machine again: {undecided.Name}: {Ratios(undecided)}");
    }

    private static string Ratios(ComparedFigure figure) =>
        string.Join(' ', figure.Runs.Select(run => run.Ratio.ToString("0.000", CultureInfo.InvariantCulture)));
}
