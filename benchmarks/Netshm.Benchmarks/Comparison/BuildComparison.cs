using System.Diagnostics;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Comparison;

/// <summary>Measures an old and a new build side by side at the sections <c>core</c> and <c>parallel</c>.</summary>
/// <param name="builds">The peers in both builds.</param>
/// <param name="effort">How long one run takes.</param>
/// <param name="log">Receives what is being done.</param>
internal sealed class BuildComparison(IReadOnlyList<BuildPair> builds, Effort effort, TextWriter log)
{
    private const string AllocatedUnit = "bytes allocated";
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<string> _failures = [];

    /// <summary>What could not be measured, and why.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Measures several times, each time with new processes and tables.</summary>
    public IReadOnlyList<ComparedFigure> Run(int runs)
    {
        using var directory = new WorkDirectory();
        List<(string Name, Pair Pair)> figures = [];
        for (int run = 1; run <= runs; run++)
        {
            Results results = Measure(directory.Next());
            figures.AddRange(builds.SelectMany(build => Compare(build, results)));
            _failures.AddRange(results.Failures);
            log.WriteLine(FormattableString.Invariant($"{_watch.Elapsed:hh\\:mm\\:ss} run {run} of {runs}"));
        }

        return [.. figures.GroupBy(figure => figure.Name)
            .Select(group => new ComparedFigure(group.Key, [.. group.Select(figure => figure.Pair)]))];
    }

    private Results Measure(string directory)
    {
        var results = new Results();
        Scenario[] scenarios =
        [
            .. Scenarios.Core(Sections.Core, effort.Bindings, effort.TraceLength),
            .. Scenarios.Parallel(Sections.Parallel, effort.Bindings, effort.TraceLength),
        ];
        IEnumerable<Peer> peers = builds.SelectMany(build => (Peer[])[build.Old, build.New]);
        using var stage = new Stage(results, directory, peers, effort.Bindings, Suite.Words);

        // Latencies are left out: single slow operations are too rare for turns so short.
        stage.Measure([.. scenarios.Select(scenario => scenario with { WithLatencies = false })], effort);
        return results;
    }

    private static IEnumerable<(string Name, Pair Pair)> Compare(BuildPair build, Results results)
    {
        Dictionary<Subject, Result> ofNew = results.All
            .Where(result => result.Subject.Peer == build.New.Label).ToDictionary(result => result.Subject);
        foreach (Result old in results.All.Where(result => result.Subject.Peer == build.Old.Label))
        {
            if (!ofNew.TryGetValue(old.Subject with { Peer = build.New.Label }, out Result? @new))
                continue; // One that failed is among the failures.
            yield return (NameOf(build, old.Subject, old.Subject.Unit), Pair.Of(old, @new));
            if (old.AllocatedBytes is { } oldBytes && @new.AllocatedBytes is { } newBytes)
            {
                // Less than a byte comes from what happens once.
                Pair pair = Pair.OfExact(Math.Max(oldBytes, 1), Math.Max(newBytes, 1));
                yield return (NameOf(build, old.Subject, AllocatedUnit), pair);
            }
        }
    }

    private static string NameOf(BuildPair build, Subject subject, string unit)
    {
        string[] parts = [subject.Section, build.Label, subject.Operation, subject.Keys, subject.Parallel, unit];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }
}
