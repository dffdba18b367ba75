using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>The locking method that a table carries, and how it is changed.</summary>
public sealed class ConversionTests : IDisposable
{
    private static readonly ShmTableOptions s_record = new() { Locking = LockingMethod.Record };
    private static readonly ShmTableOptions s_futex = new() { Locking = LockingMethod.Futex };

    private readonly TempTable _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_table_is_opened_with_the_method_it_was_created_with(LockingMethod locking)
    {
        using (ShmTable table = _temp.Open(new ShmTableOptions { Locking = locking }))
            table.Add(1, [1]);
        using (ShmTable table = _temp.Open())
            Assert.Equal(locking, table.Locking);
        LockingMethod other = locking == LockingMethod.Record ? LockingMethod.Futex : LockingMethod.Record;
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => _temp.Open(new ShmTableOptions { Locking = other }));
        Assert.Contains($"{locking}", e.Message, StringComparison.Ordinal);
        Assert.Contains("Convert", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Conversion_there_and_back_keeps_every_binding_and_leaves_no_sidecar()
    {
        using (ShmTable table = _temp.Open(s_record))
        {
            for (int key = 0; key < 1000; key++)
                table.Add(key, new int[key % 100]);
        }

        string before = Contents();
        ShmTable.Convert(_temp.Name, LockingMethod.Futex);
        using (ShmTable table = _temp.Open(s_futex))
        {
            Assert.Null(table.LastRecovery);
            Assert.Equal(before, TableDump.Format(table));
            table.Transact(() => table.Replace(1, [2]));
            table.Transact(() => table.Replace(1, new int[1]));
        }

        ShmTable.Convert(_temp.Name, LockingMethod.Record);
        Assert.False(File.Exists(_temp.Name.SidecarPath));
        Assert.Equal(before, Contents());
        Assert.Equal(LockingMethod.Record, _temp.Open().Locking);
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_table_in_use_is_not_converted(LockingMethod locking)
    {
        using (ShmTable table = _temp.Open(new ShmTableOptions { Locking = locking }))
            table.Add(0, [1]);
        LockingMethod other = locking == LockingMethod.Record ? LockingMethod.Futex : LockingMethod.Record;
        using ChildProcess user = WorkerProcess.Start("increment", _temp.Name.ToString(), $"{locking}", "1", "1");
        Assert.Equal("ready", user.ReadLine());
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => ShmTable.Convert(_temp.Name, other));
        Assert.Contains("in use", e.Message, StringComparison.Ordinal);
        user.WriteLine("go");
        user.Finish();
        ShmTable.Convert(_temp.Name, other);
        Assert.Equal((other, 2), (_temp.Open().Locking, _temp.Open().Find(0)![0]));
    }

    [Fact]
    public void What_a_killed_process_left_is_taken_back_before_a_conversion()
    {
        using (ShmTable table = _temp.Open(s_futex))
            table.Add(1, [1]);
        string before = Contents();
        using (ChildProcess killed = WorkerProcess.Start("transact-and-hold", _temp.Name.ToString()))
        {
            Assert.Equal("held", killed.ReadLine());
            killed.Kill();
        }

        ShmTable.Convert(_temp.Name, LockingMethod.Record);
        Assert.Equal(before, Contents());
        Assert.True(_temp.Open().Check().IsConsistent);
    }

    [Fact]
    public void Only_a_table_that_exists_is_converted_and_only_to_what_a_table_carries()
    {
        Assert.Throws<FileNotFoundException>(() => ShmTable.Convert(_temp.Name, LockingMethod.Futex));
        Assert.Throws<ArgumentOutOfRangeException>(() => ShmTable.Convert(_temp.Name, LockingMethod.None));
        SharedMemoryObject.Open(_temp.Name).Dispose();
        Assert.Throws<CorruptFileException>(() => ShmTable.Convert(_temp.Name, LockingMethod.Futex));
    }

    [Fact]
    public void A_table_of_a_later_version_is_refused_with_both_numbers()
    {
        _temp.Open(s_futex).Dispose();
        byte[] bytes = File.ReadAllBytes(_temp.Name.MemoryPath);
        bytes[(9 * sizeof(int)) + 1]++;
        File.WriteAllBytes(_temp.Name.MemoryPath, bytes);
        InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(() => _temp.Open());
        Assert.Contains("4e530202", e.Message, StringComparison.Ordinal);
        Assert.Contains("4e530102", e.Message, StringComparison.Ordinal);
        bytes[(9 * sizeof(int)) + 1]--;
        File.WriteAllBytes(_temp.Name.MemoryPath, bytes);
    }

    private string Contents()
    {
        using var table = ShmTable.Open(_temp.Name);
        return TableDump.Format(table);
    }
}
