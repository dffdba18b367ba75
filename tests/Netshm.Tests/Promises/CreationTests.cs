using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>
/// Promise 13: of processes that create, re-create or remove a table at the same time each one comes to one table or is
/// refused, nothing of before is left, and nobody's table is taken away. <c>NETSHM_CREATIONS</c> and <c>NETSHM_CREATION_KILLS</c> say how many rounds,
/// <c>NETSHM_REMOVALS</c> how many a process.
/// </summary>
public class CreationTests(ITestOutputHelper output)
{
    private const int Workers = 4;

    /// <summary>The keys of before, and how many there are.</summary>
    private const int Old = 100, Olds = 100;

    private const string Refused = nameof(InvalidTableOperationException);

    private static int Rounds => LongForm.Rounds("NETSHM_CREATIONS", shortForm: 50);

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Processes_that_create_a_table_at_once_come_to_the_same_one(LockingMethod locking)
    {
        using DisposableList<ChildProcess> workers = StartWorkers(locking);
        for (int round = 0; round < Rounds; round++)
        {
            using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
            Assert.All(OpenAndAddAtOnce(workers, temp.Name, "-"), answer => Assert.Equal("done", answer));
            Assert.Equal(Workers, temp.Open().Count);
        }

        output.WriteLine($"{locking}: {Rounds} rounds");
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Of_processes_that_re_create_a_table_at_once_each_gets_an_empty_one_or_is_refused(LockingMethod locking)
    {
        int refusals = 0;
        using DisposableList<ChildProcess> workers = StartWorkers(locking);
        for (int round = 0; round < Rounds; round++)
        {
            using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, Init = 20 });
            Fill(temp);
            IReadOnlyList<string> answers = OpenAndAddAtOnce(workers, temp.Name, "20");
            refusals += answers.Count(answer => answer == Refused);

            // The last one to create it added its own binding; those who were refused came while it was in use.
            using ShmTable table = temp.Open(temp.Options with { Init = null });
            Assert.Contains("done", answers);
            Assert.Equal(1, table.Count);
            Assert.Contains(Enumerable.Range(0, Workers), key => answers[key] == "done" && table.Contains(key));
        }

        output.WriteLine($"{locking}: {Rounds} rounds; {refusals} of {Rounds * Workers} were refused");
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Processes_that_open_a_table_while_others_re_create_it_come_to_the_same_one(LockingMethod locking)
    {
        int refusals = 0;
        using DisposableList<ChildProcess> workers = StartWorkers(locking);
        for (int round = 0; round < Rounds; round++)
        {
            using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, Init = 20 });
            Fill(temp);
            IReadOnlyList<string> answers =
                OpenAndAddAtOnce(workers, temp.Name, [.. workers.Select((_, worker) => worker % 2 == 0 ? "20" : "-")]);
            refusals += answers.Count(answer => answer == Refused);
            Assert.Equal(("done", "done"), (answers[1], answers[3]));

            // Nobody was created away from under: what is left are those who came last, or also what was there before.
            using ShmTable table = temp.Open(temp.Options with { Init = null });
            bool isOld = table.Contains(Old);
            Assert.Equal(isOld, answers[0] == Refused && answers[2] == Refused);
            Assert.Equal(
                table.Count,
                Enumerable.Range(0, Workers).Count(table.Contains) + (isOld ? Olds : 0));
        }

        output.WriteLine($"{locking}: {Rounds} rounds; {refusals} were refused");
    }

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void All_who_re_create_a_table_in_use_are_refused(LockingMethod locking)
    {
        using DisposableList<ChildProcess> workers = StartWorkers(locking);
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, Init = 20 });
        using ShmTable table = Fill(temp, closes: false);
        for (int round = 0; round < Rounds; round++)
            Assert.All(OpenAndAddAtOnce(workers, temp.Name, "20"), answer => Assert.Equal(Refused, answer));
        Assert.Equal(Olds, table.Count);
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_table_whose_re_creation_was_killed_is_created_by_the_next_one(LockingMethod locking)
    {
        const int Words = 10_000_000; // So that clearing it takes a while.
        int unfinished = 0;
        int rounds = LongForm.Rounds("NETSHM_CREATION_KILLS", shortForm: 5);
        Seed.Take(output).Run(random =>
        {
            using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
            using (ShmTable table = temp.Open())
                table.Add(1, new int[Words]);
            for (int round = 0; round < rounds; round++)
            {
                using ChildProcess victim = WorkerProcess.Start("open-and-add", $"{locking}", "2");
                Assert.Equal("ready", victim.ReadLine());
                Assert.Equal("done", victim.Ask($"{temp.Name} 20"));
                for (int i = 0; i < 100; i++)
                    victim.WriteLine($"{temp.Name} 20");
                Thread.Sleep(random.Next(50)); // The random instant.
                victim.Kill();
                unfinished += IsUnfinished(temp.Name) ? 1 : 0;

                using ChildProcess next = WorkerProcess.Start("open-and-add", $"{locking}", "3");
                Assert.Equal("ready", next.ReadLine());
                Assert.Equal("done", next.Ask($"{temp.Name} {(random.Next(2) == 0 ? "-" : "20")}"));
                next.Finish();
                using ShmTable table = temp.Open();
                Assert.True(table.Contains(3));
                Assert.InRange(table.Count, 1, 3);
                Assert.True(table.Check().IsConsistent, table.Check().ToString());
            }
        });
        output.WriteLine($"{locking}: {rounds} kills; {unfinished} left a table that was unfinished");
    }

    [Theory]
    [InlineData(SharedMemoryType.File)]
    [InlineData(SharedMemoryType.Posix)]
    public void Processes_that_remove_a_table_while_others_open_it_leave_no_sidecar_and_never_meet_a_wrong_one(
        SharedMemoryType type)
    {
        int rounds = LongForm.Rounds("NETSHM_REMOVALS", shortForm: 100);
        var seed = Seed.Take(output);
        SharedMemoryName name = TempTable.FreshName(type);
        seed.Run(random =>
        {
            using var workers = new DisposableList<ChildProcess>();
            for (int worker = 0; worker < Workers; worker++)
            {
                workers.Add(WorkerProcess.Start(
                    "relink", name.ToString(), "Futex", $"{worker}", $"{rounds}", $"{random.Next()}"));
            }

            workers.ForEach(worker => Assert.Equal("ready", worker.ReadLine()));
            workers.ForEach(worker => worker.WriteLine("go"));
            workers.ForEach(worker => output.WriteLine($"removed {string.Join("; ", worker.Finish())}"));
        });

        if (File.Exists(name.LockPath) || File.Exists(name.MemoryPath))
            SharedMemoryObject.Unlink(name);
        Assert.Empty(Directory.GetFiles(TempTable.Directory, Path.GetFileName(name.MemoryPath) + "*"));
    }

    /// <summary>Whether the first word of the file, the first mark of a table, is missing.</summary>
    private static bool IsUnfinished(SharedMemoryName name)
    {
        byte[] mark = new byte[sizeof(int)];
        using FileStream file = File.OpenRead(name.MemoryPath);
        file.ReadExactly(mark);
        return mark.All(b => b == 0);
    }

    private static ShmTable Fill(TempTable temp, bool closes = true)
    {
        ShmTable table = temp.Open();
        for (int i = 0; i < Olds; i++)
            table.Add(Old + i, [i]);
        if (closes)
            table.Dispose();
        return table;
    }

    private static DisposableList<ChildProcess> StartWorkers(LockingMethod locking)
    {
        var workers = new DisposableList<ChildProcess>();
        for (int key = 0; key < Workers; key++)
            workers.Add(WorkerProcess.Start("open-and-add", $"{locking}", $"{key}"));
        workers.ForEach(worker => Assert.Equal("ready", worker.ReadLine()));
        return workers;
    }

    private static IReadOnlyList<string> OpenAndAddAtOnce(
        DisposableList<ChildProcess> workers, SharedMemoryName name, params string[] inits)
    {
        for (int worker = 0; worker < Workers; worker++)
            workers[worker].WriteLine($"{name} {inits[worker % inits.Length]}");
        return [.. workers.Select(worker => worker.ReadLine())];
    }
}
