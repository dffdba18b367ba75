using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>The program on tables whose users were killed in the middle of a modification.</summary>
public sealed class DeadProcessTests
{
    [Fact]
    public void Locks_tells_that_the_lock_holder_is_dead_and_get_brings_the_table_in_order()
    {
        using TempTable temp = TableWithKeys(LockingMethod.Futex);
        KillInTheMiddle(temp, LockingMethod.Futex);
        Assert.Contains(
            "held by slot 0, a process that is dead, which modifies the table",
            ToolRun.Fine(temp, "locks").Output,
            StringComparison.Ordinal);
        Assert.Equal(["[7]"], ToolRun.Fine(temp, "get", "7").Lines);
        Assert.Contains("futex lock: free", ToolRun.Fine(temp, "locks").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void A_backup_of_a_table_with_a_dead_writer_is_consistent(LockingMethod locking)
    {
        using TempTable temp = TableWithKeys(locking);
        KillInTheMiddle(temp, locking);
        using var copy = new TempTable();
        ToolRun.Fine(temp, "backup", copy.Name.ToString());
        using ShmTable copied = copy.Open();
        Assert.Equal((10, true), (copied.Count, copied.Check().IsConsistent));
        Assert.Equal([7], copied.Find(7));
    }

    [Fact]
    public void Stat_of_a_table_that_was_left_by_the_dead_names_no_users()
    {
        using TempTable temp = TableWithKeys(LockingMethod.Futex);
        KillInTheMiddle(temp, LockingMethod.Futex);
        Assert.Contains("users        none", ToolRun.Fine(temp, "stat").Output, StringComparison.Ordinal);
    }

    private static TempTable TableWithKeys(LockingMethod locking)
    {
        var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using ShmTable table = ShmTable.Open(temp.Name, temp.Options);
        for (int key = 0; key < 10; key++)
            table.Add(key, [key]);
        return temp;
    }

    private static void KillInTheMiddle(TempTable temp, LockingMethod locking)
    {
        using ChildProcess worker = WorkerProcess.Start("write-and-hold", temp.Name.ToString(), locking.ToString());
        Assert.Equal("ready", worker.ReadLine());
        Assert.Equal("held", worker.Ask("go"));
        worker.Kill();
    }
}
