using Netshm.Benchmarks.Comparison;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;
using Xunit.Abstractions;

namespace Netshm.Benchmarks.Tests;

/// <summary>The comparison of two builds.</summary>
public sealed class ComparisonTests(ITestOutputHelper output) : IDisposable
{
    private static readonly Subject s_subject = new(Sections.Core, "peer", "read", "", 1, 1, "1", Stage.NanosecondsEach);
    private readonly string _directory = Directory.CreateTempSubdirectory("netshm-compare-").FullName;

    [Theory]
    [InlineData(true, 1.06, 1.00, 1.10)]
    [InlineData(true, 1.051, 1.051, 1.051)]
    [InlineData(false, 1.50, 1.00, 1.05)]
    [InlineData(false, 0.5, 0.9, 1.00)]
    [InlineData(true, 1.06)]
    [InlineData(false, 1.06, 1.04)]
    [InlineData(true, 1.06, 1.06, 1.06, 1.06, 1.00)]
    [InlineData(false, 1.06, 1.06, 1.06, 1.00, 1.00)]
    public void What_is_more_than_5_percent_worse_in_two_of_three_runs_is_a_regression(bool isOne, params double[] ratios)
    {
        var figure = new ComparedFigure("read", [.. ratios.Select(ratio => new Pair(100, 100 * ratio, ratio, ratio))]);

        Assert.Equal(isOne, figure.IsRegression);
    }

    [Fact]
    public void A_build_that_is_slower_in_each_round_is_found_although_the_machine_gets_slower_meanwhile()
    {
        double[] machine = [1, 1.2, 1.5, 2, 3, 4];

        Pair slower = Pair.Of(
            ResultOf(machine.Select(pace => 100 * pace)), ResultOf(machine.Select(pace => 107 * pace)));
        Pair alike = Pair.Of(
            ResultOf(machine.Select(pace => 100 * pace)), ResultOf(machine.Select(pace => 103 * pace)));

        Assert.Equal(1.07, slower.Ratio, tolerance: 1e-9);
        Assert.True(slower.IsWorse);
        Assert.False(alike.IsWorse);
    }

    [Fact]
    public void One_disturbed_round_is_no_difference()
    {
        Pair pair = Pair.Of(ResultOf([100, 100, 100, 100]), ResultOf([100, 900, 100, 100]));

        Assert.False(pair.IsWorse);
    }

    [Fact]
    public void A_difference_is_chance_when_the_rounds_do_not_agree_on_it()
    {
        Result even = ResultOf(Enumerable.Repeat(100.0, 48));

        Pair disagreeing = Pair.Of(even, ResultOf(Enumerable.Range(0, 48).Select(round => round < 28 ? 120.0 : 90)));
        Pair agreeing = Pair.Of(even, ResultOf(Enumerable.Range(0, 48).Select(round => round < 36 ? 120.0 : 90)));

        Assert.Equal((1.2, false), (disagreeing.Ratio, disagreeing.IsWorse));
        Assert.Equal((1.2, true), (agreeing.Ratio, agreeing.IsWorse));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Two_builds_that_are_alike_hardly_ever_seem_to_differ_on_a_busy_machine(int seed)
    {
        var random = new Random(seed);
        int alarms = 0;
        const int comparisons = 1000;
        for (int i = 0; i < comparisons; i++)
        {
            Pair[] runs = [.. Enumerable.Range(0, 3).Select(_ => Pair.Of(ResultOf(Disturbed()), ResultOf(Disturbed())))];
            alarms += new ComparedFigure("read", runs).IsRegression ? 1 : 0;
        }

        output.WriteLine($"{alarms} of {comparisons}");
        Assert.InRange(alarms, 0, 5);

        IEnumerable<double> Disturbed() =>
            Enumerable.Range(0, 16).Select(_ => 100 * (1 + (random.Next(3) == 0 ? 2 * random.NextDouble() : 0.1 * random.NextDouble())));
    }

    [Theory]
    [InlineData(1, 24, true)]
    [InlineData(40, 40, false)]
    [InlineData(40, 48, true)]
    [InlineData(40, 41, false)]
    public void A_size_that_grows_by_more_than_5_percent_is_worse(double old, double @new, bool isWorse) =>
        Assert.Equal(isWorse, Pair.OfExact(old, @new).IsWorse);

    [Fact]
    public void The_report_has_a_row_for_each_figure_and_names_what_is_worse_with_its_ratios()
    {
        using var report = new StringWriter();

        ComparisonReport.Write(report,
        [
            new ComparedFigure("core, read", [new Pair(50, 51, 1.02, 1.02), new Pair(50, 50, 1, 1), new Pair(50, 49, 0.98, 0.98)]),
            new ComparedFigure("core, remove", [new Pair(9, 9, 1.2, 0.9), new Pair(9, 9, 1.1, 0.8), new Pair(9, 9, 1, 1)]),
            new ComparedFigure("core, add", [new Pair(200, 300, 1.5, 1.5), new Pair(200, 280, 1.4, 1.4), new Pair(200, 190, 0.95, 0.95)]),
        ]);

        string[] lines = report.ToString().Split('\n');
        Assert.Contains("| core, read | 50 | 50 | 1.020 1.000 0.980 |", lines);
        Assert.Contains("| core, add | 200 | 280 | 1.500 1.400 0.950 |", lines);
        Assert.Equal("REGRESSION core, add: 1.500 1.400 0.950", Assert.Single(lines, line => line.StartsWith("REGR")));
        Assert.Equal(
            "UNDECIDED, on a quieter machine again: core, remove: 1.200 1.100 1.000",
            Assert.Single(lines, line => line.StartsWith("UNDEC")));
    }

    [Fact]
    public void Two_builds_are_measured_at_everything_in_core_and_parallel()
    {
        var comparison = new BuildComparison(
            [BuildPair.Of(PeerCatalog.NetshmFutex, PeerCatalog.Program, PeerCatalog.Program)], TinyEffort.Value, TextWriter.Null);

        IReadOnlyList<ComparedFigure> figures = comparison.Run(runs: 2);

        Assert.Empty(comparison.Failures);
        Scenario[] scenarios =
        [
            .. Scenarios.Core(Sections.Core, TinyEffort.Value.Bindings, TinyEffort.Value.TraceLength),
            .. Scenarios.Parallel(Sections.Parallel, TinyEffort.Value.Bindings, TinyEffort.Value.TraceLength),
        ];
        int ofTimeAndBytes = 2 * scenarios.Length;
        const int ofSize = 1;
        Assert.Equal(ofTimeAndBytes + ofSize, figures.Count);
        Assert.All(figures, figure => Assert.Equal(2, figure.Runs.Count));
        Assert.Contains(figures, figure => figure.Name == "parallel, Netshm, Futex, read, uniform, 1 beside a writer, ns each");
    }

    [Fact]
    public void A_build_that_does_not_serve_is_named_and_makes_the_exit_code_1()
    {
        string broken = Path.Combine(_directory, "Netshm.Benchmarks.dll");
        File.WriteAllText(broken, "no program");
        using var log = new StringWriter();

        int exitCode = CompareCommand.Run(broken, runs: 1, TinyEffort.Value, log);

        output.WriteLine(log.ToString());
        Assert.Equal(1, exitCode);
        Assert.Contains("Not measured: Netshm, Futex (old)", log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("--quick")]
    [InlineData("/nowhere/Netshm.Benchmarks.dll")]
    [InlineData("--runs", "0", "/nowhere/Netshm.Benchmarks.dll")]
    public void A_command_line_without_an_old_program_is_answered_with_the_usage(params string[] options) =>
        Assert.Equal(2, CompareCommand.Run(options, TextWriter.Null));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Result ResultOf(IEnumerable<double> rounds)
    {
        var result = new Result(s_subject);
        foreach (double round in rounds)
            result.Note(round);
        return result;
    }
}
