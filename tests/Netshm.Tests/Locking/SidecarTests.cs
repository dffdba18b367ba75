using System.Runtime.InteropServices;
using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>What is done about a sidecar of another time, of another table, or of none; docs/Protocol.md, "Whose sidecar it is".</summary>
public class SidecarTests
{
    private const int BootIdOffset = 32, IsCleanOffset = 48, VersionOffset = 8;
    private const int TotalPagesWord = 1, BindingsWord = 4;

    private static ShmTableOptions Futex => new() { Locking = LockingMethod.Futex };

    [Fact]
    public void After_a_restart_of_the_machine_a_table_that_was_closed_in_order_is_used_as_it_is()
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        Write(temp.Name.SidecarPath, BootIdOffset, new byte[16]);
        ShmTable table = temp.Open();
        Assert.Null(table.LastRecovery);
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public void After_a_restart_of_the_machine_a_table_in_use_is_looked_through_and_repaired()
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);

        // As if pages of the table had reached the disk at different times: a leak, and a wrong count.
        EditDescriptor(temp, words =>
        {
            words[TotalPagesWord] += 3;
            words[BindingsWord] = 77;
        });
        Write(temp.Name.SidecarPath, BootIdOffset, new byte[16]);
        Write(temp.Name.SidecarPath, IsCleanOffset, new byte[4]);
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
        int last = 0;
        using (ShmTable table = temp.Open())
        {
            table.Add(1, new int[100]);
            last = table.Memory[1, TotalPagesWord] - 1;
        }

        Write(temp.Name.MemoryPath, last * ShmTableOptions.DefaultPageSize, new byte[4]);
        Write(temp.Name.SidecarPath, BootIdOffset, new byte[16]);
        Write(temp.Name.SidecarPath, IsCleanOffset, new byte[4]);
        CorruptFileException e = Assert.Throws<CorruptFileException>(temp.Open);
        Assert.Equal(0, e.Word);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(9)]
    public void A_sidecar_of_another_version_is_refused_with_both_versions(byte version)
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        Write(temp.Name.SidecarPath, VersionOffset, [version]);
        InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(temp.Open);
        Assert.Contains($"version {version}", e.Message, StringComparison.Ordinal);
        Assert.Contains("version 4", e.Message, StringComparison.Ordinal);
        Write(temp.Name.SidecarPath, VersionOffset, [4]);
        Assert.Equal(100, temp.Open().Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(1 << 16)]
    public void A_sidecar_of_nothing_but_zeros_or_none_is_made_anew_and_the_table_is_looked_through(int lengthInBytes)
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        File.Delete(temp.Name.SidecarPath);
        if (lengthInBytes > 0)
            File.WriteAllBytes(temp.Name.SidecarPath, new byte[lengthInBytes]);
        ShmTable table = temp.Open();
        Assert.Equal(LockingMethod.Futex, table.Locking);
        Assert.True(table.LastRecovery is { Scanned: true, IsJournalLost: false }, $"{table.LastRecovery}");
        Assert.Equal(100, table.Count);
        table.Add(1, [2]);
        Assert.Equal([2], table.Find(1));
    }

    [Fact]
    public void An_empty_table_with_its_sidecar_takes_less_than_100_KiB()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 10 });
        temp.Open();
        Assert.Equal(1 << 16, new FileInfo(temp.Name.SidecarPath).Length);
        Assert.InRange(new FileInfo(temp.Name.MemoryPath).Length, 1, 100 << 10);
    }

    [Fact]
    public void The_sidecar_grows_with_a_transaction_that_needs_it_and_all_of_it_is_taken_back()
    {
        using var temp = new TempTable(options: Futex);
        Fill(temp);
        ShmTable table = temp.Open();
        string before = TableDump.Format(table);
        Assert.Throws<OperationCanceledException>(() => table.Transact(void () =>
        {
            for (int key = 0; key < 10_000; key++)
                table.Replace(key % 100, [-key, key]);
            throw new OperationCanceledException();
        }));
        Assert.InRange(new FileInfo(temp.Name.SidecarPath).Length, 2 << 16, 1 << 21);
        Assert.Equal(before, TableDump.Format(table));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Fact]
    public void While_a_process_uses_a_sidecar_that_was_moved_nobody_makes_another_one()
    {
        using var temp = new TempTable(options: Futex);
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), "Futex", "Write");
        Assert.Equal("held", holder.ReadLine());
        File.Move(temp.Name.SidecarPath, temp.Name.MemoryPath + ".elsewhere");
        Assert.Throws<InvalidTableOperationException>(temp.Open);
        File.Move(temp.Name.MemoryPath + ".elsewhere", temp.Name.SidecarPath);
        holder.WriteLine("end");
        Assert.Empty(holder.Finish());
    }

    private static void Fill(TempTable temp)
    {
        using ShmTable table = temp.Open();
        for (int key = 0; key < 100; key++)
            table.Add(key, [key]);
    }

    private static void EditDescriptor(TempTable temp, Action<int[]> edit)
    {
        byte[] page = File.ReadAllBytes(temp.Name.MemoryPath)[ShmTableOptions.DefaultPageSize..][..ShmTableOptions.DefaultPageSize];
        int[] words = MemoryMarshal.Cast<byte, int>(page).ToArray();
        edit(words);
        Write(temp.Name.MemoryPath, ShmTableOptions.DefaultPageSize, MemoryMarshal.AsBytes<int>(words).ToArray());
    }

    private static void Write(string path, int offset, byte[] bytes)
    {
        using FileStream file = File.OpenWrite(path);
        file.Position = offset;
        file.Write(bytes);
    }
}
