using System.Diagnostics;
using System.Globalization;
using Netshm.Benchmarks.Peers;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Runs;

/// <summary>How long another process's write waits after the process that has the lock was killed.</summary>
internal static class RecoveryRun
{
    /// <summary>What figures call it.</summary>
    public const string Operation = "write after a kill of the lock's holder";

    private const int Bindings = 10_000;
    private const int Kills = 20;
    private static readonly TimeSpan s_untilWriterWaits = TimeSpan.FromMilliseconds(20);

    /// <summary>Kills a holder again and again.</summary>
    public static void Run(Results results, Peer peer, string directory)
    {
        using var session = new PeerSession(peer, directory, Bindings, Suite.Words);
        session.Fill(Bindings);
        using ChildProcess writer = session.Join();
        _ = writer.Ask("write");
        Result result = results.Of(
            new Subject(Sections.Pauses, peer.Label, Operation, "", Bindings, Suite.Words, "2 processes", "ms"));
        for (int kill = 0; kill < Kills; kill++)
        {
            using ChildProcess holder = session.Join();
            _ = holder.Ask("hold");
            writer.WriteLine("write");
            Thread.Sleep(s_untilWriterWaits);
            long killed = Stopwatch.GetTimestamp();
            holder.Kill();
            long written = long.Parse(writer.ReadLine(), CultureInfo.InvariantCulture);
            result.Note(Math.Max(0, Stopwatch.GetElapsedTime(killed, written).TotalMilliseconds));
        }

        session.Verify();
    }
}
