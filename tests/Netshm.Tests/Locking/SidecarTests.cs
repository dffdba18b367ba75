using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>What is done about a sidecar of another time, of another table, or of none.</summary>
public class SidecarTests
{
    private const int BootIdOffset = 40, IsCleanOffset = 56, VersionOffset = 8, JournalOffset = 24576;

    private static ShmTableOptions Futex => new() { Locking = LockingMethod.Futex };

    [Fact]
    public void After_a_restart_of_the_machine_a_table_that_was_closed_in_order_is_used_as_it_is()
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        WriteSidecar(temp, BootIdOffset, new byte[16]);
        ShmTable table = temp.Open();
        Assert.Null(table.LastRecovery);
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public void After_a_restart_of_the_machine_a_table_in_use_is_looked_through_and_repaired()
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        using (ShmTable record = temp.Open(new ShmTableOptions { Locking = LockingMethod.Record }))
        {
            // As if pages of the table had reached the disk at different times: a leak, and a wrong count.
            record.Memory[1, 1] += 3;
            record.Memory[1, 4] = 77;
        }

        WriteSidecar(temp, BootIdOffset, new byte[16]);
        WriteSidecar(temp, IsCleanOffset, new byte[4]);

        // The journal may be of another time than the table: it must not be believed.
        WriteSidecar(temp, JournalOffset, [1, 0, 0, 0, 1]);
        ShmTable table = temp.Open();
        Assert.Equal(new TableRecovery(false, 0, Scanned: true, PagesReclaimed: 3), table.LastRecovery);
        Assert.Equal(100, table.Count);
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Fact]
    public void After_a_restart_of_the_machine_a_table_that_is_damaged_is_refused()
    {
        using var temp = new TempTable(options: Futex);
        temp.IsDamagedOnPurpose();
        Fill(temp);
        using (ShmTable record = temp.Open(new ShmTableOptions { Locking = LockingMethod.Record }))
            record.Memory[record.Memory[1, 1] - 1, 0] = 0;
        WriteSidecar(temp, BootIdOffset, new byte[16]);
        WriteSidecar(temp, IsCleanOffset, new byte[4]);
        CorruptFileException e = Assert.Throws<CorruptFileException>(temp.Open);
        Assert.Equal(0, e.Word);
    }

    [Fact]
    public void A_sidecar_of_another_version_is_refused_with_both_versions()
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        WriteSidecar(temp, VersionOffset, [9]);
        InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(temp.Open);
        Assert.Contains("version 9", e.Message, StringComparison.Ordinal);
        Assert.Contains("version 3", e.Message, StringComparison.Ordinal);
        WriteSidecar(temp, VersionOffset, [3]);
    }

    [Fact]
    public void The_sidecar_of_a_copied_or_replaced_table_is_not_used()
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        string path = temp.Name.MemoryPath;
        File.Copy(path, path + "-copy");
        File.Move(path + "-copy", path, overwrite: true);
        byte[] before = File.ReadAllBytes(path + ".netshm");
        ShmTable table = temp.Open();
        Assert.Equal(100, table.Count);
        Assert.NotEqual(before.AsSpan(16, 8).ToArray(), File.ReadAllBytes(path + ".netshm").AsSpan(16, 8).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(1 << 20)]
    public void A_sidecar_that_is_damaged_or_gone_is_made_anew(int lengthInBytes)
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        File.WriteAllBytes(temp.Name.MemoryPath + ".netshm", new byte[lengthInBytes]);
        ShmTable table = temp.Open();
        Assert.Equal(100, table.Count);
        table.Add(1, [2]);
        Assert.Equal([2], table.Find(1));
    }

    [Fact]
    public void While_a_process_uses_a_sidecar_that_was_moved_nobody_makes_another_one()
    {
        using var temp = new TempTable(options: Futex);
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), "Futex", "Write");
        Assert.Equal("held", holder.ReadLine());
        File.Move(temp.Name.MemoryPath + ".netshm", temp.Name.MemoryPath + ".elsewhere");
        Assert.Throws<InvalidTableOperationException>(temp.Open);
        File.Move(temp.Name.MemoryPath + ".elsewhere", temp.Name.MemoryPath + ".netshm");
        holder.WriteLine("end");
        Assert.Empty(holder.Finish());
    }

    private static void Fill(TempTable temp)
    {
        using ShmTable table = temp.Open();
        for (int key = 0; key < 100; key++)
            table.Add(key, [key]);
    }

    private static void WriteSidecar(TempTable temp, int offset, byte[] bytes)
    {
        using FileStream sidecar = File.OpenWrite(temp.Name.MemoryPath + ".netshm");
        sidecar.Position = offset;
        sidecar.Write(bytes);
    }
}
