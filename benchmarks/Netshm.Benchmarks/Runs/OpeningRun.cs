using Netshm.Benchmarks.Peers;

namespace Netshm.Benchmarks.Runs;

/// <summary>How long it takes to open a table of one gibibyte.</summary>
internal static class OpeningRun
{
    private const int Words = 250;
    private const int Bindings = 1_000_000;
    private const int Times = 20;

    /// <summary>Whether a peer is measured: it keeps a file, and fills it fast enough.</summary>
    public static bool IsFor(Peer peer, bool isFull) =>
        peer == PeerCatalog.NetshmFutex || peer == PeerCatalog.NetshmRecord || peer == PeerCatalog.Lmdb
        || (isFull && (peer == PeerCatalog.TdbFcntl || peer == PeerCatalog.Sqlite));

    /// <summary>Makes the table, and has another process open it.</summary>
    public static void Run(Results results, Peer peer, string directory)
    {
        using var session = new PeerSession(peer, directory, Bindings, Words);
        session.Fill(Bindings);
        (double first, double[] again) = session.Reopen(Times);
        results.Of(SubjectOf("open, first in a process")).Note(first / 1e6);
        Result later = results.Of(SubjectOf("open, again"));
        foreach (double nanoseconds in again)
            later.Note(nanoseconds / 1e6);

        Subject SubjectOf(string operation) =>
            new(Sections.Pauses, peer.Label, operation, "", Bindings, Words, "1", "ms");
    }
}
