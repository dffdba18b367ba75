using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>What is found of damaged tables. Those that are damaged at random are in Netshm.Tool.Tests.</summary>
public sealed class SalvageTests : IDisposable
{
    private const int PageSize = 256;

    private readonly TempTable _temp = new(options: new ShmTableOptions { PageSize = PageSize });

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_table_without_its_descriptor_gives_its_sound_bindings_the_oldest_first_and_stays_as_it_is()
    {
        int last;
        using (ShmTable table = ShmTable.Open(_temp.Name, _temp.Options))
        {
            table.Add(7, [1]);
            table.Add(7, [2]);
            table.Add(7, [3]);
            table.Add(8, [4]);
            last = table.Check().TotalPages - 1;
        }

        byte[] damaged = Damage((last - 2, 5, -1), (1, 0, 0)); // The length of the second value, the descriptor's mark.
        var told = new List<double>();
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open);
        TableSalvage salvage = ShmTable.Salvage(memory, progress: new Listener(told.Add));

        Assert.Equal("7=1 7=3 8=4", Format(salvage));
        Assert.Equal(last - 2, Assert.Single(salvage.Dropped).Page);
        Assert.Equal((PageSize, LockingMethod.Futex, null), (salvage.PageSize, salvage.Locking, salvage.StoresTakenBack));
        Assert.Equal(damaged, File.ReadAllBytes(_temp.Name.MemoryPath));
        Assert.All(told, part => Assert.InRange(part, 0, 1));
        _ = Assert.Throws<CorruptFileException>(() => ShmTable.Check(memory));
    }

    [Fact]
    public void An_unfinished_transaction_is_taken_back_in_memory_only()
    {
        string before;
        using (ShmTable table = ShmTable.Open(_temp.Name, _temp.Options))
        {
            for (int key = 0; key < 20; key++)
                table.Add(key, new int[10 * key]);
            before = TableDump.Format(table);
        }

        using (ChildProcess worker = WorkerProcess.Start("transact-and-hold", _temp.Name.ToString()))
        {
            Assert.Equal("held", worker.ReadLine());
            worker.Kill();
        }

        byte[] file = File.ReadAllBytes(_temp.Name.MemoryPath);
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open);
        TableSalvage salvage = ShmTable.Salvage(memory);

        Assert.True(salvage.StoresTakenBack > 0);
        Assert.Equal(before, Format(salvage));
        Assert.Equal(file, File.ReadAllBytes(_temp.Name.MemoryPath));
    }

    [Fact]
    public void A_table_in_use_is_not_looked_through()
    {
        _ = _temp.Open();
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open);
        InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(() => ShmTable.Salvage(memory));
        Assert.Contains("this process has it open", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_size_that_is_lost_has_to_be_stated()
    {
        _temp.IsDamagedOnPurpose();
        File.WriteAllBytes(_temp.Name.MemoryPath, new byte[10 * PageSize]);
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open);
        _ = Assert.Throws<ArgumentException>("pageSize", () => ShmTable.Salvage(memory));
        _ = Assert.Throws<ArgumentOutOfRangeException>("pageSize", () => ShmTable.Salvage(memory, pageSize: 66));
        Assert.Empty(ShmTable.Salvage(memory, PageSize).Bindings);
    }

    [Fact]
    public void A_table_is_checked_from_outside_while_it_is_in_use()
    {
        ShmTable table = _temp.Open();
        table.Add(1, [1]);
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open, FileAccess.Read);
        Assert.Equal((1, true), (ShmTable.Check(memory).Bindings, ShmTable.Check(memory).IsConsistent));
        int page = ShmTable.Check(memory).TotalPages - 1;
        _temp.IsDamagedOnPurpose();
        table.Memory[page, 0] = 5;
        Assert.Equal(page, Assert.Single(ShmTable.Check(memory).Violations, found => found.Word == 0).Page);
    }

    /// <summary>As <see cref="TableDump"/> has it, but the oldest binding of a key first.</summary>
    private static string Format(TableSalvage salvage) => string.Join(
        ' ', salvage.Bindings.OrderBy(one => one.Key).Select(one => $"{one.Key}={TableDump.Format(one.Value)}"));

    /// <summary>Overwrites words in the file, and gives what it holds then.</summary>
    private byte[] Damage(params (int Page, int Word, int Value)[] words)
    {
        _temp.IsDamagedOnPurpose();
        byte[] bytes = File.ReadAllBytes(_temp.Name.MemoryPath);
        foreach ((int page, int word, int value) in words)
            BitConverter.TryWriteBytes(bytes.AsSpan((page * PageSize) + (word * sizeof(int))), value);
        File.WriteAllBytes(_temp.Name.MemoryPath, bytes);
        return bytes;
    }

    private sealed class Listener(Action<double> told) : IProgress<double>
    {
        public void Report(double value) => told(value);
    }
}
