using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>
/// Promise 13: of processes that create, re-create or remove a table at the same time each one comes to one table, and
/// nothing of before is left. <c>NETSHM_CREATIONS</c> and <c>NETSHM_CREATION_KILLS</c> say how many rounds,
/// <c>NETSHM_REMOVALS</c> how many a process.
/// </summary>
public class CreationTests(ITestOutputHelper output)
{
    private const int Workers = 4;

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
            OpenAndAddAtOnce(workers, temp.Name, "-");
            Assert.Equal(Workers, temp.Open().Count);
        }

        output.WriteLine($"{locking}: {Rounds} rounds");
    }

    [Theory]
    [InlineData(LockingMethod.Record, false)]
    [InlineData(LockingMethod.Futex, false)]
    [InlineData(LockingMethod.Record, true)]
    [InlineData(LockingMethod.Futex, true)]
    public void Processes_that_re_create_a_table_at_once_leave_nothing_of_before(LockingMethod locking, bool inUse)
    {
        int lastOnes = 0;
        using DisposableList<ChildProcess> workers = StartWorkers(locking);
        for (int round = 0; round < Rounds; round++)
        {
            using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, Init = 20 });
            ShmTable before = temp.Open();
            for (int i = 100; i < 200; i++)
                before.Add(i, [i]);
            if (!inUse)
                before.Dispose();

            OpenAndAddAtOnce(workers, temp.Name, "20");
            using ShmTable table = temp.Open(temp.Options with { Init = null });
            Assert.InRange(table.Count, 1, Workers);
            Assert.Equal(table.Count, Enumerable.Range(0, Workers).Count(table.Contains));
            lastOnes += table.Count;
        }

        output.WriteLine($"{locking}: {Rounds} rounds; {(double)lastOnes / Rounds:F1} bindings added after the last one");
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_table_whose_re_creation_was_killed_is_created_by_the_next_one_beside_its_users(
        LockingMethod locking)
    {
        const int Words = 10_000_000; // So that clearing it takes a while.
        int unfinished = 0;
        int rounds = LongForm.Rounds("NETSHM_CREATION_KILLS", shortForm: 5);
        Seed.Take(output).Run(random =>
        {
            using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
            ShmTable table = temp.Open();
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
                unfinished += IsUnfinished(table) ? 1 : 0;

                using ChildProcess next = WorkerProcess.Start("open-and-add", $"{locking}", "3");
                Assert.Equal("ready", next.ReadLine());
                Assert.Equal("done", next.Ask($"{temp.Name} {(random.Next(2) == 0 ? "-" : "20")}"));
                next.Finish();
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

    private static bool IsUnfinished(ShmTable table)
    {
        try
        {
            _ = table.Count;
            return false;
        }
        catch (CorruptFileException)
        {
            return true;
        }
    }

    private static DisposableList<ChildProcess> StartWorkers(LockingMethod locking)
    {
        var workers = new DisposableList<ChildProcess>();
        for (int key = 0; key < Workers; key++)
            workers.Add(WorkerProcess.Start("open-and-add", $"{locking}", $"{key}"));
        workers.ForEach(worker => Assert.Equal("ready", worker.ReadLine()));
        return workers;
    }

    private static void OpenAndAddAtOnce(DisposableList<ChildProcess> workers, SharedMemoryName name, string init)
    {
        workers.ForEach(worker => worker.WriteLine($"{name} {init}"));
        workers.ForEach(worker => Assert.Equal("done", worker.ReadLine()));
    }
}
