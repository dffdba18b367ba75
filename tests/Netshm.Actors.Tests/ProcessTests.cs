using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>Processes that each have an actor system with a table actor on one table.</summary>
public sealed class ProcessTests
{
    private const int Keys = 10;
    private const int Processes = 4;
    private const int Rounds = 100_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    [Fact]
    public void Four_processes_lose_none_of_their_increments()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using (ShmTable table = temp.Open())
            RunToTheEnd([.. Enumerable.Range(0, Processes).Select(_ => StartWorker(temp.Name))]);
        Assert.Equal(Enumerable.Repeat(Processes * Rounds / Keys, Keys), Counters(temp));
    }

    [OcamlFact]
    public void Four_processes_and_two_of_Ocamlnet_lose_none_of_their_increments()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        int[] expected = [.. Enumerable.Repeat(Processes * Rounds / Keys, Keys)];
        using (ShmTable table = temp.Open())
        {
            using var ocaml = new DisposableList<ChildProcess>();
            for (int seed = 1; seed <= 2; seed++)
            {
                ChildProcess soak = OcamlProgram.Start(
                    s_patience, "soak", temp.Name.MemoryPath, "4", Keys.ToString(CultureInfo.InvariantCulture),
                    seed.ToString(CultureInfo.InvariantCulture));
                ocaml.Add(soak);
                Assert.Equal("ready", soak.ReadLine());
            }

            foreach (ChildProcess soak in ocaml)
                soak.WriteLine("go");
            RunToTheEnd([.. Enumerable.Range(0, Processes).Select(_ => StartWorker(temp.Name))]);
            foreach (ChildProcess soak in ocaml)
            {
                int[] counts = [.. soak.ReadLine().Split(' ').Skip(1).Select(
                    text => int.Parse(text, CultureInfo.InvariantCulture))];
                Assert.True(counts.Sum() > 0, "an Ocamlnet process got no turn");
                for (int key = 0; key < Keys; key++)
                    expected[key] += counts[key];
                _ = soak.Finish();
            }
        }

        Assert.Equal(expected, Counters(temp));
    }

    private static ChildProcess StartWorker(SharedMemoryName name)
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, "Netshm.Actors.Worker.dll");
        string[] command = FormattableString.Invariant($"increment {name} {Keys} {Rounds}").Split(' ');
        return ChildProcess.Start("Netshm.Actors.Worker", "dotnet", ["exec", assembly, .. command], s_patience);
    }

    private static void RunToTheEnd(ChildProcess[] workers)
    {
        using var all = new DisposableList<ChildProcess>();
        foreach (ChildProcess worker in workers)
            all.Add(worker);
        foreach (ChildProcess worker in workers)
            Assert.Equal("ready", worker.ReadLine());
        foreach (ChildProcess worker in workers)
            worker.WriteLine("go");
        foreach (ChildProcess worker in workers)
            Assert.Equal("done", worker.ReadLine());
    }

    private static IEnumerable<int> Counters(TempTable temp)
    {
        using ShmTable table = temp.Open();
        return [.. Enumerable.Range(0, Keys).Select(key => table.Find(key)[0])];
    }
}
