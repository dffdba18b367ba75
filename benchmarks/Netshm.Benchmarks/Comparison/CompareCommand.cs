using System.Globalization;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Comparison;

/// <summary>The command <c>compare</c>, which <c>benchmarks/compare</c> calls.</summary>
internal static class CompareCommand
{
    private const int UsualRuns = 3;

    /// <summary>Compares another build with this one.</summary>
    /// <param name="options">
    /// <c>--quick</c>, <c>--runs NUMBER</c>, and the path of the old build's <c>Netshm.Benchmarks.dll</c>.
    /// </param>
    /// <param name="log">Receives what is being done, and the figures.</param>
    /// <returns>The exit code: 1 when something is worse, or could not be measured.</returns>
    public static int Run(IReadOnlyList<string> options, TextWriter log)
    {
        Effort effort = Effort.Comparison;
        int runs = UsualRuns;
        string? oldProgram = null;
        for (int i = 0; i < options.Count; i++)
        {
            if (options[i] == "--quick")
                effort = Effort.QuickComparison;
            else if (options[i] == "--runs" && i + 1 < options.Count
                && int.TryParse(options[i + 1], CultureInfo.InvariantCulture, out runs) && runs > 0)
            {
                i++;
            }
            else if (oldProgram is null && File.Exists(options[i]))
                oldProgram = Path.GetFullPath(options[i]);
            else
                return SuiteCommand.Usage();
        }

        return oldProgram is null ? SuiteCommand.Usage() : Run(oldProgram, runs, effort, log);
    }

    /// <summary>Compares another build with this one.</summary>
    /// <returns>The exit code: 1 when something is worse, or could not be measured.</returns>
    public static int Run(string oldProgram, int runs, Effort effort, TextWriter log)
    {
        Peer[] peers = [PeerCatalog.NetshmFutex, PeerCatalog.NetshmRecord, PeerCatalog.NetshmNone];
        var comparison = new BuildComparison(
            [.. peers.Select(peer => BuildPair.Of(peer, oldProgram, PeerCatalog.Program))], effort, log);
        IReadOnlyList<ComparedFigure> figures = comparison.Run(runs);
        ComparisonReport.Write(log, figures);
        foreach (string failure in comparison.Failures)
            log.WriteLine($"Not measured: {failure}");
        return comparison.Failures.Count > 0 || figures.Any(figure => figure.IsRegression) ? 1 : 0;
    }
}
