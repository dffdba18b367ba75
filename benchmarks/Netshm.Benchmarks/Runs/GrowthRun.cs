using System.Diagnostics;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Runs;

/// <summary>
/// Adds to an empty table, one binding after the other, and times each addition: what growing costs on average, and the
/// longest single write.
/// </summary>
internal sealed class GrowthRun(Results results, Effort effort, IReadOnlyList<Peer> peers)
{
    /// <summary>What figures call it.</summary>
    public const string Operation = "add while growing";

    private const int WarmUpRecords = 100_000;
    private const int Slower = 10_000;
    private const int Slow = 100_000;
    private const int Fast = 1_000_000;

    private static readonly TimeSpan s_warmUpTime = TimeSpan.FromSeconds(1);

    private static readonly Peer[] s_slow = [PeerCatalog.OcamlnetRecord, PeerCatalog.OcamlnetNone, PeerCatalog.TdbFcntl];
    private static readonly Peer[] s_slower = [PeerCatalog.Sqlite, PeerCatalog.RedisTcp, PeerCatalog.RedisUnix];

    /// <summary>Measures the peers one after the other, each from a thousand bindings on.</summary>
    /// <param name="directory">For the stores, created, and removed at the end.</param>
    public void Run(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (int bindings in Counts(effort.LargestTable))
            Traces.OfAdditions(0, bindings).Save(TraceOf(directory, bindings));
        foreach (Peer peer in peers.Where(peer => MostBindings(peer) > 0))
            _ = results.Attempt($"{peer.Label}, growing", () => Measure(peer, directory));
        Directory.Delete(directory, recursive: true);
    }

    private static IEnumerable<int> Counts(int most)
    {
        for (int bindings = 1000; bindings <= most; bindings *= 10)
            yield return bindings;
    }

    private static string TraceOf(string directory, int bindings) =>
        Path.Combine(directory, FormattableString.Invariant($"trace-{bindings}"));

    private int MostBindings(Peer peer)
    {
        if (!peer.Can(Abilities.ChangeKeys))
            return 0;
        if (peer == PeerCatalog.NetshmFutex)
            return effort.LargestTable;
        int most = s_slow.Contains(peer) ? Slow : s_slower.Contains(peer) ? Slower : Fast;
        return Math.Min(effort.LargestTable, effort.IsFull ? 10 * most : most);
    }

    private void Measure(Peer peer, string directory)
    {
        int warmUpRecords = Math.Min(WarmUpRecords, MostBindings(peer));
        using var session = new PeerSession(peer, Path.Combine(directory, "store"), warmUpRecords, Suite.Words);
        if (peer.Can(Abilities.Managed))
            WarmUp(session, TraceOf(directory, warmUpRecords), warmUpRecords);
        foreach (int bindings in Counts(MostBindings(peer)))
        {
            int rounds = bindings > Fast || bindings == MostBindings(peer) ? 1 : Math.Min(effort.Rounds, 3);
            for (int round = 0; round < rounds; round++)
                Measure(session, TraceOf(directory, bindings), bindings);
        }
    }

    private void Measure(PeerSession session, string trace, int bindings)
    {
        session.StartAnew(bindings);
        int[] latencies = session.RunTimed(trace, TimeSpan.Zero);
        Result average = results.Of(SubjectOf(session.Peer, Operation, bindings, Stage.NanosecondsEach));
        average.Note(latencies.Average());
        average.NoteLatencies(latencies);
        results.Of(SubjectOf(session.Peer, "longest add", bindings, "ms")).Note(latencies.Max() / 1e6);
    }

    /// <summary>Long enough for the run-time to compile what is used again and again in its best way.</summary>
    private static void WarmUp(PeerSession session, string trace, int records)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_warmUpTime;)
        {
            session.StartAnew(records);
            _ = session.RunTimed(trace, TimeSpan.Zero);
        }
    }

    private static Subject SubjectOf(Peer peer, string operation, int bindings, string unit) =>
        new(Sections.Growth, peer.Label, operation, "", bindings, Suite.Words, "1", unit);
}
