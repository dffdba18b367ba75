using System.Globalization;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Reports;

/// <summary>All figures as lines of comma-separated values, for other programs.</summary>
internal static class CsvReport
{
    /// <summary>The names of the columns.</summary>
    public const string Header =
        "section,peer,operation,keys,bindings,words,parallel,unit,median,lowest,highest,rounds,"
        + "p50_ns,p99_ns,p999_ns,max_ns,allocated_bytes";

    /// <summary>Writes the file.</summary>
    public static void Write(string path, Results results) =>
        File.WriteAllLines(path, results.All.Select(Line).Prepend(Header));

    private static string Line(Result result)
    {
        Subject subject = result.Subject;
        object?[] fields =
        [
            subject.Section, subject.Peer, subject.Operation, subject.Keys, subject.Bindings, subject.Words, subject.Parallel,
            subject.Unit, Rounded(result.Median), Rounded(result.Lowest), Rounded(result.Highest), result.Rounds,
            result.Percentile(50), result.Percentile(99), result.Percentile(99.9), result.Longest,
            Rounded(result.AllocatedBytes),
        ];
        return string.Join(',', fields.Select(Field));
    }

    private static double? Rounded(double? value) => value is null ? null : Math.Round(value.Value, 4);

    private static string Field(object? value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.Contains(',', StringComparison.Ordinal) ? $"\"{text}\"" : text;
    }
}
