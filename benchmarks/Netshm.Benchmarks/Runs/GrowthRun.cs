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
    /// <param name="directory">For the stores.</param>
    public void Run(string directory)
    {
        Directory.CreateDirectory(directory);
        for (int bindings = 1000; bindings <= effort.LargestTable; bindings *= 10)
        {
            string trace = Path.Combine(directory, "trace");
            Traces.OfAdditions(0, bindings).Save(trace);
            foreach (Peer peer in peers.Where(peer => bindings <= MostBindings(peer)))
            {
                _ = results.Attempt($"{peer.Label}, growing to {bindings:N0} bindings",
                    () => Measure(peer, Path.Combine(directory, "store"), trace, bindings));
            }

            File.Delete(trace);
        }
    }

    private int MostBindings(Peer peer)
    {
        if (!peer.Can(Abilities.ChangeKeys))
            return 0;
        if (peer == PeerCatalog.NetshmFutex)
            return effort.LargestTable;
        int most = s_slow.Contains(peer) ? Slow : s_slower.Contains(peer) ? Slower : Fast;
        return Math.Min(effort.LargestTable, effort.IsFull ? 10 * most : most);
    }

    private void Measure(Peer peer, string directory, string trace, int bindings)
    {
        int warmUpRecords = Math.Min(WarmUpRecords, MostBindings(peer));
        using var session = new PeerSession(peer, directory, warmUpRecords, Suite.Words);
        if (peer.Can(Abilities.Managed))
            WarmUp(session, directory + ".warm-up", warmUpRecords);

        int rounds = bindings > Fast || bindings >= MostBindings(peer) ? 1 : Math.Min(effort.Rounds, 3);
        for (int round = 0; round < rounds; round++)
        {
            session.StartAnew(bindings);
            int[] latencies = session.RunTimed(trace, TimeSpan.Zero);
            Result average = results.Of(SubjectOf(peer, Operation, bindings, Stage.NanosecondsEach));
            average.Note(latencies.Average());
            average.NoteLatencies(latencies);
            results.Of(SubjectOf(peer, "longest add", bindings, "ms")).Note(latencies.Max() / 1e6);
        }
    }

    /// <summary>Long enough for the run-time to compile what is used again and again in its best way.</summary>
    private static void WarmUp(PeerSession session, string trace, int records)
    {
        Traces.OfAdditions(0, records).Save(trace);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_warmUpTime;)
        {
            session.StartAnew(records);
            _ = session.RunTimed(trace, TimeSpan.Zero);
        }

        File.Delete(trace);
    }

    private static Subject SubjectOf(Peer peer, string operation, int bindings, string unit) =>
        new(Sections.Growth, peer.Label, operation, "", bindings, Suite.Words, "1", unit);
}
