using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Reports;

/// <summary>Where a peer is better than this library with its default locking.</summary>
internal static class PeerWins
{
    private static readonly HashSet<string> s_own =
        [PeerCatalog.NetshmFutex.Label, PeerCatalog.NetshmRecord.Label, PeerCatalog.NetshmNone.Label, PeerCatalog.Bare.Label];

    /// <summary>Pairs of a peer's figure and ours, the greatest advantage first.</summary>
    public static IEnumerable<(Result Theirs, Result Ours)> Find(Results results)
    {
        Dictionary<Subject, Result> ours = results.All
            .Where(result => result.Subject.Peer == PeerCatalog.NetshmFutex.Label)
            .ToDictionary(result => result.Subject);
        return
            from theirs in results.All
            where !s_own.Contains(theirs.Subject.Peer)
            let own = ours.GetValueOrDefault(theirs.Subject with { Peer = PeerCatalog.NetshmFutex.Label })
            where own is not null && theirs.Median < own.Median
            orderby theirs.Median / own.Median
            select (theirs, own);
    }
}
