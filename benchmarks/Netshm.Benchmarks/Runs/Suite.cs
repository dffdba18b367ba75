using System.Diagnostics;
using Netshm.Benchmarks.Actors;
using Netshm.Benchmarks.Micro;
using Netshm.Benchmarks.Peers;

namespace Netshm.Benchmarks.Runs;

/// <summary>Measures the sections one after the other.</summary>
/// <param name="peers">The peers.</param>
/// <param name="effort">How long it takes.</param>
/// <param name="log">Receives what is being done.</param>
internal sealed class Suite(IReadOnlyList<Peer> peers, Effort effort, TextWriter log)
{
    /// <summary>The length of values where it is not what differs.</summary>
    public const int Words = 8;

    /// <summary>How many times as many rounds again there are for what targets compare within narrow limits.</summary>
    private const int FurtherRounds = 3;

    private readonly Results _results = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Measures the sections.</summary>
    public Results Run(IReadOnlyCollection<string> sections)
    {
        using var directory = new WorkDirectory();
        RunMain(sections, directory);
        foreach ((string section, Action run) in (ReadOnlySpan<(string, Action)>)
            [
                (Sections.Sizes, () => RunSizes(directory)),
                (Sections.Counts, () => RunCounts(directory)),
                (Sections.Growth, () => new GrowthRun(_results, effort, peers).Run(directory.Next())),
                (Sections.Pauses, () => RunPauses(directory)),
                (Sections.Actors, () => ActorRun.Run(_results, effort, directory.Next())),
                (Sections.Micro, () => MicroRun.Run(_results, effort)),
            ])
        {
            if (!sections.Contains(section))
                continue;
            Say(section);
            run();
        }

        Say("done");
        return _results;
    }

    private void RunMain(IReadOnlyCollection<string> sections, WorkDirectory directory)
    {
        int length = effort.TraceLength;
        int bindings = effort.Bindings;
        List<Scenario> scenarios = [];
        if (sections.Contains(Sections.Core))
            scenarios.AddRange(Scenarios.Core(Sections.Core, bindings, length));
        if (sections.Contains(Sections.Ycsb))
            scenarios.AddRange(Scenarios.Ycsb(Sections.Ycsb, bindings, length));
        if (sections.Contains(Sections.Parallel))
            scenarios.AddRange(Scenarios.Parallel(Sections.Parallel, bindings, length));
        if (scenarios.Count == 0)
            return;
        Say(string.Join(", ", scenarios.Select(scenario => scenario.Section).Distinct()));
        using var stage = new Stage(_results, directory.Next(), peers, bindings, Words);
        Say("all peers have their records");
        stage.Measure(scenarios, effort);

        // This library against the bare loop, and one process against two, are ratios of figures that the machine's other work
        // changes apart from each other: they take more rounds, in which they follow at once.
        stage.Measure(
            [.. scenarios.Where(IsCompared)], effort with { Rounds = FurtherRounds * effort.Rounds },
            [PeerCatalog.NetshmFutex, PeerCatalog.Bare]);
    }

    private static bool IsCompared(Scenario scenario) => scenario.Section == Sections.Parallel
        || (scenario.Section == Sections.Core
            && scenario.Operation is (Scenarios.Read or Scenarios.ReadMany or Scenarios.Replace));

    private void RunSizes(WorkDirectory directory)
    {
        const int LargestTotalInWords = 12_500_000;
        const int MostBindings = 50_000;
        Peer[] measured = [.. peers.Where(peer => effort.IsFull || IsQuick(peer) || peer == PeerCatalog.RedisUnix)];
        foreach (int words in (int[])[1, 8, 25, 250, 25_000])
        {
            int bindings = Math.Min(Math.Min(MostBindings, effort.LargestCount), LargestTotalInWords / words);
            int length = Math.Min(effort.TraceLength, 100 * bindings);
            using var stage = new Stage(_results, directory.Next(), measured, bindings, words);
            stage.Measure(Scenarios.Basic(Sections.Sizes, bindings, length), effort);
            Say($"sizes: {words} words");
        }
    }

    private void RunCounts(WorkDirectory directory)
    {
        Peer[] measured = [.. peers.Where(peer => effort.IsFull ? IsFast(peer) : IsQuick(peer))];
        for (int bindings = 1000; bindings <= effort.LargestTable; bindings *= 10)
        {
            // At ten million all peers together would not fit into the memory, so that each has its rounds for itself.
            bool isLargest = bindings > 1_000_000;
            Peer[] atCount = [.. measured.Where(peer => IsOurs(peer)
                || (bindings <= effort.LargestCount && !(isLargest && peer == PeerCatalog.OcamlnetNone)))];
            foreach (Peer[] together in isLargest && effort.IsFull ? atCount.Select(peer => (Peer[])[peer]) : [atCount])
            {
                using var stage = new Stage(_results, directory.Next(), together, bindings, Words);
                stage.Measure(Scenarios.Basic(Sections.Counts, bindings, effort.TraceLength), effort);
            }

            Say($"counts: {bindings} bindings");
        }

        _ = _results.Attempt("pointer chase", () => MemoryLatency.Measure(_results, effort.Rounds));
    }

    private void RunPauses(WorkDirectory directory)
    {
        foreach (Peer peer in peers.Where(peer => OpeningRun.IsFor(peer, effort.IsFull)))
            _ = _results.Attempt($"{peer.Label}, opening", () => OpeningRun.Run(_results, peer, directory.Next()));
        if (peers.Contains(PeerCatalog.NetshmFutex))
            _ = _results.Attempt("recovery", () => RecoveryRun.Run(_results, PeerCatalog.NetshmFutex, directory.Next()));
    }

    private static bool IsOurs(Peer peer) => peer == PeerCatalog.NetshmFutex || peer == PeerCatalog.Bare;

    /// <summary>The peers for everything that the quick form measures many times.</summary>
    private static bool IsQuick(Peer peer) =>
        IsOurs(peer) || peer == PeerCatalog.Dictionary || peer == PeerCatalog.Faster || peer == PeerCatalog.Lmdb
        || peer == PeerCatalog.TdbMutex;

    private static bool IsFast(Peer peer) =>
        peer != PeerCatalog.OcamlnetRecord && peer != PeerCatalog.Sqlite && peer != PeerCatalog.RedisTcp;

    private void Say(string what) => log.WriteLine(FormattableString.Invariant($"{_watch.Elapsed:hh\\:mm\\:ss} {what}"));
}
