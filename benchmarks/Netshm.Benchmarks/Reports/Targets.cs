using Netshm.Benchmarks.Actors;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Reports;

/// <summary>What the project wants to reach, and what was measured.</summary>
/// <param name="What">The kind of operation.</param>
/// <param name="Goal">The ratio or figure.</param>
/// <param name="Figure">The one measured, or null when its section was not run.</param>
/// <param name="IsMet">Whether it reaches the goal.</param>
internal sealed record Target(string What, string Goal, string? Figure, bool? IsMet);

/// <summary>Compares the figures with the project's targets.</summary>
internal sealed class Targets(Results results)
{
    private const int LargestGrowth = 10_000_000;
    private const double SlackForCacheMisses = 1.5;

    private static readonly string s_ours = PeerCatalog.NetshmFutex.Label;

    /// <summary>All targets.</summary>
    public IEnumerable<Target> All() =>
        [.. Reads(), .. Batches(), .. Writes(), .. Records(), .. Actors(), .. Processes(), .. Tables()];

    private IEnumerable<Target> Reads()
    {
        const string What = "single read, Futex";
        yield return AtMost(What, "the bare loop", 1.3, Core(s_ours, Scenarios.Read), Core(PeerCatalog.Bare, Scenarios.Read));
        foreach ((Peer peer, double times) in ((Peer, double)[])
            [
                (PeerCatalog.Faster, 1.5), (PeerCatalog.TdbMutex, 1.5), (PeerCatalog.Lmdb, 3),
                (PeerCatalog.OcamlnetRecord, 15), (PeerCatalog.RedisTcp, 100),
            ])
        {
            yield return TimesAsFast(What, peer, times, Scenarios.Read);
        }
    }

    private IEnumerable<Target> Batches()
    {
        const string What = "FindMany of 64";
        yield return AtLeast(What, "as fast as ConcurrentDictionary one by one", 1,
            Core(PeerCatalog.Dictionary, Scenarios.Read), Core(s_ours, Scenarios.ReadMany));
        yield return AtMost(What, "the bare loop with prefetching", 2,
            Core(s_ours, Scenarios.ReadMany), Core(PeerCatalog.Bare, Scenarios.ReadMany));
    }

    private IEnumerable<Target> Writes()
    {
        foreach ((Peer peer, double replaces, double adds) in ((Peer, double, double)[])
            [(PeerCatalog.Faster, 2, 2), (PeerCatalog.Lmdb, 5, 5), (PeerCatalog.OcamlnetRecord, 30, 100)])
        {
            yield return TimesAsFast("single replace, Futex", peer, replaces, Scenarios.Replace);
            yield return AtLeast("add from an empty table to 100,000, Futex", $"as fast as {peer.Label}", adds,
                Growing(peer.Label), Growing(s_ours));
        }
    }

    private IEnumerable<Target> Records()
    {
        foreach (string operation in (string[])[Scenarios.Read, Scenarios.Replace])
        {
            yield return AtLeast($"single {operation}, Record", "as fast as Ocamlnet, record locking", 2,
                Core(PeerCatalog.OcamlnetRecord, operation), Core(PeerCatalog.NetshmRecord.Label, operation));
        }

        yield return AtLeast("replace through the actor, Record", "as fast as Ocamlnet, record locking", 8,
            Core(PeerCatalog.OcamlnetRecord, Scenarios.Replace), Actor($"{ActorRun.ReplaceAsync}, Record"));
    }

    private IEnumerable<Target> Actors()
    {
        double? ask = Actor(ActorRun.Ask);
        yield return AtLeast("actor, writes asked for", "as fast as Akka's Ask to an echo actor", 0.7,
            ask, Actor($"{ActorRun.AskReplace}, Futex"));
        yield return AtLeast("actor, promise-style writes", "as fast as Akka's Ask to an echo actor", 1,
            ask, Actor($"{ActorRun.ReplaceAsync}, Futex"));
    }

    private IEnumerable<Target> Processes()
    {
        foreach ((string operation, double times) in ((string, double)[])[(Scenarios.Read, 1.8), (Scenarios.Mixed, 1.6)])
        {
            yield return AtLeast($"2 processes, {operation}", "as much as one process", times,
                Parallel(operation, Parallelism.None), Parallel(operation, new Parallelism(2, 1)));
        }

        yield return AtLeast("read beside a process that replaces at full speed", "as fast as alone", 0.5,
            Parallel(Scenarios.Read, Parallelism.None), Parallel(Scenarios.Read, Parallelism.BesideWriter));
    }

    private IEnumerable<Target> Tables()
    {
        yield return Growth();
        double? longest = Median(Sections.Growth, s_ours, "longest add", result => result.Bindings == LargestGrowth);
        yield return new Target("growth to 10 million, no hint", "reported; a write of at most 10 ms is wanted",
            longest is null ? null : $"longest write {MarkdownTable.Number(longest.Value)} ms",
            Holds(longest <= 10, longest));
        double? bytes = Median(Sections.Memory, s_ours, "bytes", subject => subject.Words == Suite.Words);
        yield return new Target("memory", "reported beside the peers",
            bytes is null ? null : $"{MarkdownTable.Number(bytes.Value)} bytes a binding of 8 words", Holds(true, bytes));
        double? opening = Median(Sections.Pauses, s_ours, "open, again", _ => true);
        yield return new Target("opening a table of 1 GiB", "under 5 ms",
            opening is null ? null : $"{MarkdownTable.Number(opening.Value)} ms", Holds(opening < 5, opening));
    }

    /// <summary>
    /// A read waits for two places in memory, a cell and a page: apart from what it takes in the smallest table, it may take
    /// as long as two steps of a chase of pointers, and half as much again.
    /// </summary>
    private Target Growth()
    {
        Result[] reads = [.. results.In(Sections.Counts)
            .Where(result => result.Subject.Peer == s_ours && result.Subject.Operation == Scenarios.Read)];
        Dictionary<int, double> latencies = results.In(Sections.Counts)
            .Where(result => result.Subject.Peer == MemoryLatency.Label)
            .ToDictionary(result => result.Subject.Bindings, result => result.Median);
        double? worst = reads.Length == 0 || latencies.Count == 0 ? null : reads.Max(read =>
            read.Median / (reads[0].Median + (2 * latencies[read.Subject.Bindings])));
        return new Target("read, 1 thousand to 10 million bindings",
            $"at most {SlackForCacheMisses} × (the smallest table's read + two accesses to memory)",
            worst is null ? null : $"{MarkdownTable.Number(worst.Value)} × at worst",
            Holds(worst <= SlackForCacheMisses, worst));
    }

    private Target TimesAsFast(string what, Peer peer, double times, string operation) =>
        AtLeast(what, $"as fast as {peer.Label}", times, Core(peer, operation), Core(s_ours, operation));

    private static Target AtLeast(string what, string than, double times, double? theirs, double? ours)
    {
        double? ratio = theirs / ours;
        return new Target(what, $"at least {times} × {than}", Ratio(ratio), Holds(ratio >= times, ratio));
    }

    private static Target AtMost(string what, string than, double times, double? ours, double? theirs)
    {
        double? ratio = ours / theirs;
        return new Target(what, $"takes at most {times} × {than}", Ratio(ratio), Holds(ratio <= times, ratio));
    }

    private static bool? Holds(bool isMet, double? figure) => figure is null ? null : isMet;

    private static string? Ratio(double? ratio) => ratio is null ? null : $"{MarkdownTable.Number(ratio.Value)} ×";

    private double? Core(Peer peer, string operation) => Core(peer.Label, operation);

    private double? Core(string peer, string operation) => Median(Sections.Core, peer, operation, _ => true);

    private double? Growing(string peer) =>
        Median(Sections.Growth, peer, GrowthRun.Operation, subject => subject.Bindings == 100_000);

    private double? Actor(string name) => Median(Sections.Actors, name, "operation", _ => true);

    private double? Parallel(string operation, Parallelism parallelism) =>
        Median(Sections.Parallel, s_ours, operation, subject => subject.Parallel == parallelism.ToString());

    private double? Median(string section, string peer, string operation, Predicate<Subject> condition) =>
        results.All.FirstOrDefault(result => result.Subject.Section == section && result.Subject.Peer == peer
            && result.Subject.Operation == operation && condition(result.Subject))?.Median;
}
