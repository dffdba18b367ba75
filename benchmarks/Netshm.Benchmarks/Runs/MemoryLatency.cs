using System.Globalization;
using Netshm.Benchmarks.Peers;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Runs;

/// <summary>The time of one access to memory, by a chase of pointers through as much of it as the tables take.</summary>
internal static class MemoryLatency
{
    /// <summary>What figures call it.</summary>
    public const string Label = "pointer chase";

    private const int MostRounds = 3;

    /// <summary>Measures for each number of bindings of which the bytes are known.</summary>
    public static void Measure(Results results, int rounds)
    {
        using ChildProcess chase = ChildProcess.Start(Label, NativePrograms.C("chase"), []);
        HashSet<int> counts = [.. results.In(Sections.Counts).Select(result => result.Subject.Bindings)];
        Result[] tables = [.. results.In(Sections.Memory).Where(result =>
            result.Subject.Peer == PeerCatalog.NetshmFutex.Label && result.Subject.Words == Suite.Words
            && counts.Contains(result.Subject.Bindings)).OrderBy(result => result.Subject.Bindings)];
        foreach (Result table in tables)
        {
            int bindings = table.Subject.Bindings;
            long bytes = (long)(table.Median * bindings);
            string answer = chase.Ask(FormattableString.Invariant($"{bytes} {Math.Min(rounds, MostRounds)}"));
            Result result = results.Of(new Subject(
                Sections.Counts, Label, "one access", "", bindings, Suite.Words, "1", Stage.NanosecondsEach));
            foreach (string nanoseconds in answer.Split(' '))
                result.Note(double.Parse(nanoseconds, CultureInfo.InvariantCulture));
        }
    }
}
