using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Copies of tables in use. Copies beside writers are in Netshm.Tool.Tests.</summary>
public class CopyTests
{
    [Theory]
    [InlineData(LockingMethod.Futex, SharedMemoryType.File)]
    [InlineData(LockingMethod.Record, SharedMemoryType.Posix)]
    public void A_copy_is_a_table_with_the_same_bindings_method_and_permissions(LockingMethod locking, SharedMemoryType type)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, PageSize = 128 });
        using var target = new TempTable(type);
        ShmTable table = temp.Open();
        for (int key = 0; key < 3000; key++)
            table.Add(key, new int[key % 100]);
        using (SharedMemoryObject memory = SharedMemoryObject.Open(temp.Name, FileMode.Open))
            memory.SetPermissions(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        TableReport report = table.CopyTo(target.Name);

        Assert.Equal((3000, true), (report.Bindings, report.IsConsistent));
        Assert.Equal(File.GetUnixFileMode(temp.Name.MemoryPath), File.GetUnixFileMode(target.Name.MemoryPath));
        ShmTable copy = target.Open();
        Assert.Equal((locking, 128), (copy.Locking, copy.PageSize));
        Assert.Equal(TableDump.Format(table), TableDump.Format(copy));
        table.Add(1, [2]);
        Assert.Equal(3000, copy.Count);
    }

    [Fact]
    public void A_copy_that_fails_leaves_nothing_and_one_that_is_there_stays()
    {
        using var temp = new TempTable();
        using var target = new TempTable();
        ShmTable table = temp.Open();
        _ = Assert.Throws<OperationCanceledException>(() => table.CopyTo(target.Name, new Refusal()));
        Assert.False(File.Exists(target.Name.MemoryPath));

        target.Open().Add(7, [7]);
        _ = Assert.Throws<IOException>(() => table.CopyTo(target.Name));
        Assert.Equal([7], target.Open().Find(7));
    }

    private sealed class Refusal : IProgress<double>
    {
        public void Report(double value) => throw new OperationCanceledException();
    }
}
