using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Reports;
using Netshm.Benchmarks.Runs;
using Xunit.Abstractions;

namespace Netshm.Benchmarks.Tests;

/// <summary>The benchmark suite with so little work that its figures mean nothing.</summary>
public sealed class SuiteTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Effort s_tiny = TinyEffort.Value;

    private static readonly Peer s_broken =
        new("broken", "a program that ends at once", "", Abilities.ChangeKeys, () => ["false"]);

    private readonly string _report = Directory.CreateTempSubdirectory("netshm-report-").FullName;

    [Fact]
    public void A_run_reports_every_peer_at_everything_that_it_can_do()
    {
        Peer[] peers = [PeerCatalog.NetshmFutex, PeerCatalog.Dictionary, PeerCatalog.Faster];
        string[] sections = [Sections.Core, Sections.Ycsb, Sections.Parallel, Sections.Sizes, Sections.Growth];

        int exitCode = Run(sections, peers);

        Assert.Equal(0, exitCode);
        string[] lines = File.ReadAllLines(Path.Combine(_report, "report.csv"));
        Assert.Equal(CsvReport.Header, lines[0]);
        foreach (Peer peer in peers)
        {
            Scenario[] scenarios =
            [
                .. Scenarios.Core(Sections.Core, s_tiny.Bindings, s_tiny.TraceLength),
                .. Scenarios.Ycsb(Sections.Ycsb, s_tiny.Bindings, s_tiny.TraceLength),
                .. Scenarios.Parallel(Sections.Parallel, s_tiny.Bindings, s_tiny.TraceLength),
            ];
            string[] expected =
                [.. scenarios.Where(scenario => scenario.IsFor(peer)).Select(scenario => BeginningOf(peer, scenario))];
            Assert.NotEmpty(expected);
            Assert.All(expected, beginning => Assert.Single(lines, line => IsFigure(line, beginning)));
            Assert.Contains(lines, line => IsFigure(line, $"{Sections.Growth},{Quoted(peer.Label)},longest add,"));
            Assert.Contains(lines, line => IsFigure(line, $"{Sections.Memory},{Quoted(peer.Label)},bytes,"));
        }

        string report = File.ReadAllText(Path.Combine(_report, "report.md"));
        foreach (string plot in (string[])["core", "latencies", "ycsb", "parallel", "sizes", "growth", "memory"])
        {
            Assert.Contains($"({plot}.svg)", report, StringComparison.Ordinal);
            Assert.Contains("<path", File.ReadAllText(Path.Combine(_report, plot + ".svg")), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("## Not measured", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_fails_is_named_and_makes_the_exit_code_1_while_the_others_are_measured()
    {
        int exitCode = Run([Sections.Core], [s_broken, PeerCatalog.NetshmFutex]);

        Assert.Equal(1, exitCode);
        string report = File.ReadAllText(Path.Combine(_report, "report.md"));
        Assert.Contains("## Not measured", report, StringComparison.Ordinal);
        Assert.Contains($"- {s_broken.Label}", report, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(Path.Combine(_report, "report.csv"));
        Assert.Contains(lines, line => IsFigure(line, $"core,{Quoted(PeerCatalog.NetshmFutex.Label)},{Scenarios.Read},"));
        Assert.DoesNotContain(lines, line => line.Contains(s_broken.Label, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_report, recursive: true);

    private static string BeginningOf(Peer peer, Scenario scenario)
    {
        string work = $"{scenario.Section},{Quoted(peer.Label)},{Quoted(scenario.Operation)},{scenario.Keys}";
        return $"{work},{s_tiny.Bindings},{Suite.Words},{scenario.Parallelism},ns each,";
    }

    private static string Quoted(string text) => text.Contains(',', StringComparison.Ordinal) ? $"\"{text}\"" : text;

    private static bool IsFigure(string line, string beginning)
    {
        const int FiguresAtEnd = 9;
        return line.StartsWith(beginning, StringComparison.Ordinal)
            && double.Parse(line.Split(',')[^FiguresAtEnd], System.Globalization.CultureInfo.InvariantCulture) > 0;
    }

    private int Run(IReadOnlyCollection<string> sections, IReadOnlyList<Peer> peers)
    {
        using var log = new StringWriter();
        int exitCode = SuiteCommand.Run(sections, peers, s_tiny, _report, loadBefore: 0, log);
        output.WriteLine(log.ToString());
        return exitCode;
    }
}
