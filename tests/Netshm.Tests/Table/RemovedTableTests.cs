using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Tables whose files are removed or replaced under their users, as system cleaners do.</summary>
public class RemovedTableTests
{
    public static TheoryData<LockingMethod, SharedMemoryType> Kinds { get; } = new()
    {
        { LockingMethod.Futex, SharedMemoryType.File },
        { LockingMethod.Record, SharedMemoryType.File },
        { LockingMethod.None, SharedMemoryType.File },
        { LockingMethod.Futex, SharedMemoryType.Posix },
        { LockingMethod.Record, SharedMemoryType.Posix },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Check_tells_that_the_name_leads_to_another_table_or_to_none(LockingMethod locking, SharedMemoryType type)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = locking });
        using ShmTable table = ShmTable.Open(temp.Name, temp.Options);
        table.Add(1, [2]);
        Assert.Empty(table.Check().Notes);

        File.Delete(temp.Name.MemoryPath);

        AssertTold(table.Check());
        File.WriteAllText(temp.Name.MemoryPath, "");
        AssertTold(table.Check());
        Assert.Equal([2], table.Find(1));
        table.Add(2, [3]);

        static void AssertTold(TableReport report)
        {
            Assert.True(report.IsConsistent);
            Assert.Contains("was removed from its name", Assert.Single(report.Notes), StringComparison.Ordinal);
            Assert.Contains("note: the table's file was removed", report.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_process_that_uses_the_old_table_is_told_when_it_opens_the_name_again(
        LockingMethod locking, SharedMemoryType type)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = locking });
        using (ShmTable old = ShmTable.Open(temp.Name, temp.Options))
        {
            old.Add(1, [2]);
            SharedMemoryObject.Unlink(temp.Name);

            InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(() => temp.Open());

            Assert.Contains("removed from this name", e.Message, StringComparison.Ordinal);
            Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
            Assert.Equal([2], old.Find(1));
        }

        ShmTable fresh = temp.Open();
        Assert.Equal(0, fresh.Count);
        Assert.Same(typeof(ShmTable), temp.Open().GetType()); // A second handle on the new one is like any other.
    }

    [Fact]
    public void Memory_that_was_replaced_before_a_table_is_created_in_it_is_told_as_such()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        using var old = SharedMemoryObject.Open(temp.Name);
        File.Delete(temp.Name.MemoryPath);
        using ChildProcess user = WorkerProcess.Start("hold", $"{temp.Name}", "Futex", "Write");
        Assert.Equal("held", user.ReadLine());

        IOException e = Assert.Throws<IOException>(() => ShmTable.Manage(old, temp.Options));

        user.WriteLine("");
        user.Finish();
        Assert.Contains("removed or replaced", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_is_renamed_while_it_is_open_can_be_opened_by_its_new_name()
    {
        SharedMemoryName draft = TempTable.FreshName();
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using ShmTable table = ShmTable.Open(draft, temp.Options);
        table.Add(1, [2]);

        File.Move(draft.MemoryPath, temp.Name.MemoryPath);

        Assert.Equal([2], temp.Open().Find(1));
    }
}
