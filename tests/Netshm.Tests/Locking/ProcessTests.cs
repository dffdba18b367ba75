using System.Diagnostics;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Locking;

/// <summary>Record locks between processes: no update is lost, and a deadlock ends in one of its parties.</summary>
public class ProcessTests(ITestOutputHelper output)
{
    private static ShmTableOptions RecordLocking => new() { Locking = LockingMethod.Record, Init = 10 };

    [Fact]
    public void Grouped_increments_of_four_processes_are_all_counted()
    {
        const int Processes = 4;
        const int IncrementsEach = 25_000;
        const int Keys = 10;
        using var temp = new TempTable(options: RecordLocking);
        using ShmTable table = temp.Open();
        using var workers = new DisposableList<ChildProcess>();
        for (int i = 0; i < Processes; i++)
        {
            workers.Add(WorkerProcess.Start(
                "increment", temp.Name.ToString(), "Record", $"{Keys}", $"{IncrementsEach}"));
        }

        workers.ForEach(worker => Assert.Equal("ready", worker.ReadLine()));

        workers.ForEach(worker => worker.WriteLine("go"));
        workers.ForEach(worker => Assert.Empty(worker.Finish()));

        for (int key = 0; key < Keys; key++)
            Assert.Equal([Processes * IncrementsEach / Keys], table.Find(key));
        Assert.Equal(Keys, table.Count);
    }

    [Fact]
    public async Task Opening_waits_for_others_that_open_as_long_as_it_is_told_not_as_long_as_operations()
    {
        var impatient = new ShmTableOptions { Locking = LockingMethod.Record, LockTimeout = TimeSpan.FromMilliseconds(1) };
        using var temp = new TempTable(options: RecordLocking);
        temp.Open().Dispose();
        using ChildProcess other = WorkerProcess.Start("hold-byte", temp.Name.LockPath, $"{ByteRangeLock.FirstReserved}");
        Assert.Equal("held", other.ReadLine());
        Assert.Throws<LockTimeoutException>(() => temp.Open(impatient));
        Task<ShmTable> opening = Task.Run(() => temp.Open(impatient with { OpenTimeout = Timeout.InfiniteTimeSpan }));
        other.WriteLine("release");
        other.Finish();
        Assert.Equal(0, (await opening).Count);
    }

    [Fact]
    public void Two_groups_that_have_read_and_want_to_write_deadlock_once_and_finish_on_retry()
    {
        const int Rounds = 10;
        using var temp = new TempTable(options: RecordLocking);
        using ShmTable table = temp.Open();
        using ChildProcess first = StartReady("on-demand", temp.Name);
        using ChildProcess second = StartReady("on-demand", temp.Name);
        for (int round = 0; round < Rounds; round++)
        {
            ChildProcess victim = AssertOneDeadlocks(first, second, "read");
            Assert.Equal("read", victim.Ask("retry"));
            Assert.Equal("done", victim.Ask("write"));
        }

        Assert.Equal([2 * Rounds], table.Find(0));
    }

    [Fact]
    public void Groups_over_two_tables_in_opposite_order_deadlock_exactly_once_a_round()
    {
        const int Rounds = 10;
        using var temp1 = new TempTable(options: RecordLocking);
        using var temp2 = new TempTable(options: RecordLocking);
        using ShmTable table1 = temp1.Open();
        using ShmTable table2 = temp2.Open();
        using ChildProcess forward = StartReady("two-tables", temp1.Name, temp2.Name);
        using ChildProcess backward = StartReady("two-tables", temp2.Name, temp1.Name);
        TimeSpan longest = TimeSpan.Zero;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = AssertOneDeadlocks(forward, backward, "outer");
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            longest = elapsed > longest ? elapsed : longest;
        }

        output.WriteLine($"longest round {longest.TotalMilliseconds:F1} ms");
        Assert.Equal([Rounds], table1.Find(0));
        Assert.Equal([Rounds], table2.Find(0));
    }

    private static ChildProcess StartReady(string command, params SharedMemoryName[] names)
    {
        ChildProcess worker = WorkerProcess.Start([command, .. names.Select(name => name.ToString()), "Record"]);
        Assert.Equal("ready", worker.ReadLine());
        return worker;
    }

    /// <summary>Brings both to the point before the second lock and lets them go on; returns the failing one.</summary>
    private static ChildProcess AssertOneDeadlocks(ChildProcess first, ChildProcess second, string halfway)
    {
        Assert.Equal(halfway, first.Ask("start"));
        Assert.Equal(halfway, second.Ask("start"));
        first.WriteLine("go on");
        second.WriteLine("go on");
        string[] results = [first.ReadLine(), second.ReadLine()];
        Assert.Equal(["deadlock", "done"], results.Order());
        return results[0] == "deadlock" ? first : second;
    }
}
