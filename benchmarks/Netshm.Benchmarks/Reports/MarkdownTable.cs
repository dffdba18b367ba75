using System.Globalization;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Reports;

/// <summary>Writes tables of figures.</summary>
internal static class MarkdownTable
{
    private const string Missing = "–";

    /// <summary>A table with a row for each value of one property, and a column for each of another.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="corner">What the rows are.</param>
    /// <param name="results">The figures.</param>
    /// <param name="row">What gives the row.</param>
    /// <param name="column">What gives the column.</param>
    /// <param name="cell">What stands in the cell.</param>
    public static void WritePivot(
        TextWriter writer,
        string corner,
        IReadOnlyCollection<Result> results,
        Func<Result, string> row,
        Func<Result, string> column,
        Func<Result, string?> cell)
    {
        string[] columns = [.. results.Select(column).Distinct()];
        WriteRow(writer, [corner, .. columns]);
        writer.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---:|", columns.Length)));
        foreach (IGrouping<string, Result> line in results.GroupBy(row))
        {
            ILookup<string, Result> cells = line.ToLookup(column);
            WriteRow(writer, [line.Key, .. columns.Select(name => cells[name].Select(cell).FirstOrDefault() ?? Missing)]);
        }

        writer.WriteLine();
    }

    /// <summary>One line of a table.</summary>
    public static void WriteRow(TextWriter writer, IEnumerable<string> cells) =>
        writer.WriteLine($"| {string.Join(" | ", cells)} |");

    /// <summary>The median, and half the span from the lowest to the highest round in percent of it.</summary>
    public static string WithSpread(Result result)
    {
        double spread = (result.Highest - result.Lowest) / 2 / result.Median;
        return result.Rounds == 1 ? Number(result.Median) : $"{Number(result.Median)} ±{Number(100 * spread)} %";
    }

    /// <summary>A number with two or three digits that matter.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
