using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>backup and compact.</summary>
public sealed class CopyTests
{
    [Theory]
    [InlineData(SharedMemoryType.File, LockingMethod.Futex)]
    [InlineData(SharedMemoryType.File, LockingMethod.Record)]
    [InlineData(SharedMemoryType.Posix, LockingMethod.Futex)]
    public void A_backup_of_a_table_that_is_written_to_is_of_one_instant(SharedMemoryType type, LockingMethod locking)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            // At each instant all keys have the same value.
            for (int round = 1; !stop.IsCancellationRequested; round++)
            {
                table.Group(() =>
                {
                    for (int key = 0; key < 20; key++)
                        table.Replace(key, [.. Enumerable.Repeat(round, (round * 7) % 200)]);
                });
            }
        });
        writer.Start();
        try
        {
            using var copy = new TempTable();
            ToolRun.Fine(temp, "backup", copy.Name.ToString());
            using ShmTable copied = copy.Open();
            Assert.True(copied.Check().IsConsistent);
            List<int[]> values = copied.Fold(new List<int[]>(), (_, value, all) => [.. all, value.ToArray()]);
            Assert.All(values, value => Assert.Equal(values[0], value));
        }
        finally
        {
            stop.Cancel();
            writer.Join();
        }
    }

    [Fact]
    public void A_backup_never_replaces_a_file()
    {
        using var temp = new TempTable();
        using var other = new TempTable();
        temp.Open().Add(1, [1]);
        other.Open().Add(2, [2]);
        ToolRun.Expect(2, "backup", temp.Name.ToString(), other.Name.ToString());
        ToolRun.Expect(2, "compact", temp.Name.ToString(), other.Name.ToString());
        Assert.Equal("2=2", TableDump.Format(other.Open()));
    }

    [Fact]
    public void A_backup_of_a_damaged_table_fails_and_leaves_nothing()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        table.Add(7, [1]);
        temp.IsDamagedOnPurpose();
        int page = table.Check().TotalPages - 1;
        table.Memory[page, 0] = 0x12345678;

        string target = TempTable.FreshName().MemoryPath;
        ToolRun.Expect(3, "backup", temp.Name.ToString(), $"file:{target}");
        Assert.Empty(Directory.EnumerateFiles(TempTable.Directory, Path.GetFileName(target) + "*"));
    }

    [Fact]
    public void A_backup_repairs_leaks_in_the_copy()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        table.Add(7, [1]);
        table.Add(8, [2]);
        temp.IsDamagedOnPurpose();

        // As when a process dies after it has taken the only free page out of the list.
        Assert.True(table.Remove(8));
        table.Memory[1, 5] = 0;
        table.Memory[1, 6] = 0;
        Assert.Equal(3, ToolRun.Run("check", temp.Name.ToString()).ExitCode);

        using var copy = new TempTable();
        ToolRun.Fine(temp, "backup", copy.Name.ToString());
        Assert.Equal(1, copy.Open().Check().FreePages);
    }

    [Fact]
    public void Compact_writes_a_smaller_file_with_the_same_bindings()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        for (int key = 0; key < 2000; key++)
        {
            table.Add(key, new int[20]);
            table.Add(key, [key]);
        }

        for (int key = 0; key < 2000; key++)
            Assert.True(key % 10 == 0 || (table.Remove(key) && table.Remove(key)));

        using var copy = new TempTable();
        ToolRun.Fine(temp, "compact", copy.Name.ToString(), "--page-size", "128");
        using ShmTable compacted = copy.Open();
        Assert.Equal(TableDump.Format(table), TableDump.Format(compacted));
        Assert.Equal((128, 0), (compacted.PageSize, compacted.Check().FreePages));
        Assert.True(new FileInfo(copy.Name.MemoryPath).Length < new FileInfo(temp.Name.MemoryPath).Length / 4);
    }

    [Fact]
    public void Compact_refuses_impossible_targets()
    {
        using var temp = new TempTable();
        temp.Open().Add(1, [1]);
        string name = temp.Name.ToString();
        ToolRun.Expect(2, "compact", name, TempTable.FreshName(SharedMemoryType.Posix).ToString());
        SharedMemoryName target = TempTable.FreshName();
        ToolRun.Expect(2, "compact", name, target.ToString(), "--page-size", "63");
        Assert.Empty(Directory.EnumerateFiles(TempTable.Directory, Path.GetFileName(target.MemoryPath) + "*"));
    }
}
