using System.Globalization;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Reports;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks;

/// <summary>The command <c>suite</c>, which <c>benchmarks/run</c> calls.</summary>
internal static class SuiteCommand
{
    /// <summary>Measures, and writes the report.</summary>
    /// <param name="options">
    /// <c>--full</c>, <c>--report DIRECTORY</c>, <c>--load-before LOAD</c> of the machine, for a caller that has had it work
    /// itself since, and sections; all of them where none is named.
    /// </param>
    /// <param name="peers">The peers.</param>
    /// <param name="log">Receives what is being done.</param>
    /// <returns>The exit code: 1 when a peer could not be measured.</returns>
    public static int Run(IReadOnlyList<string> options, IReadOnlyList<Peer> peers, TextWriter log)
    {
        Effort effort = Effort.Quick;
        string directory = "report";
        double loadBefore = Machine.Load();
        List<string> sections = [];
        for (int i = 0; i < options.Count; i++)
        {
            if (options[i] == "--full")
                effort = Effort.Full;
            else if (options[i] == "--report" && i + 1 < options.Count)
                directory = options[++i];
            else if (options[i] == "--load-before" && i + 1 < options.Count
                && double.TryParse(options[i + 1], CultureInfo.InvariantCulture, out loadBefore))
            {
                i++;
            }
            else if (Sections.All.Contains(options[i]))
                sections.Add(options[i]);
            else
                return Usage();
        }

        return Run(sections.Count > 0 ? sections : Sections.All, peers, effort, directory, loadBefore, log);
    }

    /// <summary>Measures sections, and writes the report.</summary>
    /// <returns>The exit code: 1 when a peer could not be measured.</returns>
    public static int Run(
        IReadOnlyCollection<string> sections, IReadOnlyList<Peer> peers, Effort effort, string directory,
        double loadBefore, TextWriter log)
    {
        Results results = new Suite(peers, effort, log).Run(sections);
        ReportWriter.Write(directory, results, peers, effort, loadBefore);
        log.WriteLine($"The report is in {Path.GetFullPath(directory)}.");
        foreach (string failure in results.Failures)
            log.WriteLine($"Not measured: {failure}");
        return results.Failures.Count == 0 ? 0 : 1;
    }

    /// <summary>Says how the program is called.</summary>
    /// <returns>The exit code.</returns>
    public static int Usage()
    {
        Console.Error.WriteLine(
            $"usage: Netshm.Benchmarks suite [--full] [--report DIRECTORY] [--load-before LOAD] [{string.Join(" | ", Sections.All)}]..., "
            + "compare [--quick] [--runs NUMBER] OLD/Netshm.Benchmarks.dll, changes, or sharding");
        return 2;
    }
}
