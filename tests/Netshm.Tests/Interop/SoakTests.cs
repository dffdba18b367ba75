using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Interop;

/// <summary>
/// Processes of real Ocamlnet and of our library that use one table at the same time under record locks: they
/// increment the same counters in groups, and let the table grow and reorganise meanwhile. The environment variable
/// <c>NETSHM_SOAK_SECONDS</c> sets the time; 5 s unless it is set.
/// </summary>
public class SoakTests(ITestOutputHelper output)
{
    private const int CounterCount = 10;

    private static int Seconds =>
        int.Parse(Environment.GetEnvironmentVariable("NETSHM_SOAK_SECONDS") ?? "5", CultureInfo.InvariantCulture);

    [OcamlFact]
    public void Two_processes_of_Ocamlnet_and_two_of_this_library_lose_no_update()
    {
        Seed seed = Seed.Take(output);
        seed.Run(random => RunSoak(random.Next(1_000_000) * 16));
    }

    private void RunSoak(int seed)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record, Init = 10 });
        using ShmTable table = temp.Open();
        using var participants = new DisposableList<ChildProcess>();
        TimeSpan patience = TimeSpan.FromSeconds(60 + (2 * Seconds));
        string[] common = [$"{Seconds}", $"{CounterCount}"];
        for (int i = 0; i < 2; i++)
        {
            participants.Add(OcamlProgram.Start(patience, "soak", [temp.Name.MemoryPath, .. common, $"{seed + i}"]));
            string[] ours = ["soak", temp.Name.ToString(), .. common, $"{seed + 2 + i}"];
            participants.Add(WorkerProcess.Start(patience, ours));
        }

        participants.ForEach(participant => Assert.Equal("ready", participant.ReadLine()));
        participants.ForEach(participant => participant.WriteLine("go"));
        List<SoakResult> results = [.. participants.Select(participant => SoakResult.Parse(participant.Finish()))];
        results.ForEach(result => output.WriteLine(result.ToString()));

        AssertCounters(table, results);
        Assert.Equal(CounterCount + results.Sum(result => result.OwnBindings), table.Count);
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
        AssertOcamlSeesTheSame(temp, table);
    }

    private static void AssertCounters(ShmTable table, List<SoakResult> results)
    {
        for (int key = 0; key < CounterCount; key++)
            Assert.Equal([results.Sum(result => result.Counts[key])], table.Find(key));
        Assert.All(results, result => Assert.True(result.Counts.Sum() > 0, "a process got no turn"));
    }

    private static void AssertOcamlSeesTheSame(TempTable temp, ShmTable table)
    {
        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        Assert.Equal("ok", ocaml.Ask($"open {temp.Name} {table.PageSize} - record"));
        Assert.Equal(TableDump.Format(table), ocaml.Ask("iter"));
    }

    /// <summary>What one process says in the end.</summary>
    private sealed record SoakResult(int[] Counts, int OwnBindings, int Deadlocks)
    {
        public static SoakResult Parse(IReadOnlyList<string> lines)
        {
            int[] counts = Numbers(lines[0], "counts");
            int[] own = Numbers(lines[1], "own");
            int[] deadlocks = Numbers(lines[2], "deadlocks");
            return new SoakResult(counts, own[1] - own[0], deadlocks[0]);
        }

        public override string ToString() =>
            $"{Counts.Sum()} increments, {OwnBindings} bindings of its own left, {Deadlocks} deadlocks";

        private static int[] Numbers(string line, string expectedWord)
        {
            string[] words = line.Split(' ');
            Assert.Equal(expectedWord, words[0]);
            return [.. words[1..].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        }
    }
}
