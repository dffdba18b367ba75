using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Reports;

/// <summary>Writes all forms of the report into one directory.</summary>
internal static class ReportWriter
{
    /// <summary>Writes <c>report.csv</c>, <c>report.md</c> and the plots.</summary>
    public static void Write(
        string directory, Results results, IReadOnlyList<Peer> peers, Effort effort, double loadBefore)
    {
        Directory.CreateDirectory(directory);
        CsvReport.Write(Path.Combine(directory, "report.csv"), results);
        ILookup<string, string> plots = new Plots(results, directory).Draw();
        using StreamWriter writer = File.CreateText(Path.Combine(directory, "report.md"));
        new MarkdownReport(writer, results, peers, effort, loadBefore).Write(plots);
    }
}
