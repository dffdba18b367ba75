using System.Runtime.InteropServices;
using Xunit.Abstractions;

namespace Netshm.Fuzzing;

/// <summary>What the fuzzers have found, each as small as it can be.</summary>
public sealed class RegressionTests(ITestOutputHelper output) : IDisposable
{
    private const int DescriptorPage = 1, CellsWord = 2, UsedCellsWord = 3, BindingsWord = 4,
        FirstExtentPagesWord = 9, SecondExtentWord = 10, Keys = 300;

    private readonly TempTable _temp = new();

    public void Dispose()
    {
        _temp.IsDamagedOnPurpose();
        _temp.Dispose();
    }

    /// <summary>One such extent made a file of 60 KiB grow to 24 GiB.</summary>
    [Fact]
    public void An_extent_at_a_negative_page_does_not_decide_how_large_the_next_one_is()
    {
        using ShmTable table = Open();
        table.Memory[DescriptorPage, SecondExtentWord] = -1;
        table.Memory[DescriptorPage, SecondExtentWord + 1] = 1 << 20;
        table.Memory[DescriptorPage, UsedCellsWord] = int.MaxValue;
        long before = new FileInfo(_temp.Name.MemoryPath).Length;
        for (int key = 100; key < 200; key++)
            table.Add(key, [key]);
        Assert.InRange(new FileInfo(_temp.Name.MemoryPath).Length, before, 2 * before);
        Assert.Equal([1], table.Find(1));
    }

    /// <summary>Storing a cell there moved the cells, and made the table add one extent after the other.</summary>
    [Theory]
    [InlineData(256, 1, LockingMethod.None)]
    [InlineData(256, 1, LockingMethod.Futex)]
    [InlineData(256, 3, LockingMethod.None)]
    [InlineData(256, 3, LockingMethod.Futex)]
    [InlineData(64, 3, LockingMethod.None)]
    [InlineData(64, 5, LockingMethod.Futex)]
    public void An_extent_over_the_descriptor_or_another_extent_is_refused_and_nothing_changes(
        int pageSize, int firstPage, LockingMethod locking)
    {
        using ShmTable table = Open(locking, pageSize);
        table.Memory[DescriptorPage, SecondExtentWord] = firstPage;
        table.Memory[DescriptorPage, SecondExtentWord + 1] = 3;
        table.Memory[DescriptorPage, CellsWord] += 3 * ((pageSize / 16) - 1);
        byte[] before = File.ReadAllBytes(_temp.Name.MemoryPath);
        Assert.Equal(SecondExtentWord, Assert.Throws<CorruptFileException>(() => table.Add(7, [7])).Word);
        Assert.Single(table.Check().Violations, violation => violation.Word == SecondExtentWord);
        Assert.Equal(before, File.ReadAllBytes(_temp.Name.MemoryPath));
    }

    /// <summary>New pages were cells at the same time, and values were read that nobody had written.</summary>
    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void An_extent_beyond_the_last_page_is_refused_and_nothing_changes(LockingMethod locking)
    {
        const int TotalPagesWord = 1, FirstExtentWord = FirstExtentPagesWord - 1;
        using ShmTable table = _temp.Open(new ShmTableOptions { Init = 500, Locking = locking });
        table.Memory[DescriptorPage, TotalPagesWord]--;
        byte[] before = File.ReadAllBytes(_temp.Name.MemoryPath)[table.PageSize..];
        Assert.Equal(FirstExtentWord, Assert.Throws<CorruptFileException>(() => table.Add(7, [7])).Word);
        Assert.Equal(before, File.ReadAllBytes(_temp.Name.MemoryPath)[table.PageSize..]);
    }

    /// <summary>The check found nothing in a table where no search for a missing key came to an end.</summary>
    [Fact]
    public void A_hash_table_without_a_free_cell_is_damaged()
    {
        const int CellLength = 4, PointerInCell = 1, Unbound = -1;
        using ShmTable table = _temp.Open(new ShmTableOptions { Init = 1, Locking = LockingMethod.None });
        int firstPage = table.Memory[DescriptorPage, FirstExtentPagesWord - 1];
        int cells = table.Memory[DescriptorPage, CellsWord];
        table.Memory[DescriptorPage, UsedCellsWord] = cells;
        Assert.True(table.Check().IsConsistent);
        int cellsPerPage = (table.PageSize / sizeof(int) / CellLength) - 1;
        for (int cell = 0; cell < cells; cell++)
        {
            int word = CellLength * (1 + (cell % cellsPerPage));
            table.Memory[firstPage + (cell / cellsPerPage), word] = cell;
            table.Memory[firstPage + (cell / cellsPerPage), word + PointerInCell] = Unbound;
        }

        Assert.Contains(table.Check().Violations, violation => violation.Page == DescriptorPage && violation.Word == CellsWord);
        _ = Assert.Throws<CorruptFileException>(() => table.Contains(-1));
    }

    /// <summary>The hash table was laid out anew without end, in vain.</summary>
    [Theory]
    [InlineData(-1, LockingMethod.None)]
    [InlineData(-1, LockingMethod.Futex)]
    [InlineData(1, LockingMethod.None)]
    [InlineData(1, LockingMethod.Futex)]
    public void A_wrong_count_of_bindings_does_not_keep_a_full_table_from_growing(int bindings, LockingMethod locking)
    {
        using ShmTable table = Open(locking);
        for (int key = Keys; key < 20 * Keys; key++)
        {
            table.Memory[DescriptorPage, BindingsWord] = bindings;
            table.Add(key, [key]);
        }

        for (int key = Keys; key < 20 * Keys; key++)
            Assert.Equal([key], table.Find(key));
    }

    /// <summary>A file of 4 KiB grew by 4 MiB.</summary>
    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Futex)]
    public void An_extent_larger_than_the_table_does_not_decide_how_large_the_next_one_is(LockingMethod locking)
    {
        using ShmTable table = Open(locking);
        table.Memory[DescriptorPage, FirstExtentPagesWord] = 1 << 16;
        table.Memory[DescriptorPage, UsedCellsWord] = 1000;
        long before = new FileInfo(_temp.Name.MemoryPath).Length;
        _ = Assert.Throws<CorruptFileException>(() => table.Add(Keys, [1]));
        Assert.InRange(new FileInfo(_temp.Name.MemoryPath).Length, before, 2 * before);
    }

    /// <summary>It was tried 64 times, each with an exception of its own.</summary>
    [Fact]
    public void A_damaged_descriptor_is_read_without_a_lock_only_once()
    {
        using ShmTable table = Open();
        table.Memory[DescriptorPage, CellsWord] = int.MaxValue;
        _ = Assert.Throws<CorruptFileException>(() => table.Find(12345));
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = Assert.Throws<CorruptFileException>(() => table.Find(12345));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{allocated} bytes are allocated");
        Assert.InRange(allocated, 1, 40_000);
    }

    /// <summary>A value was written as one text, of many times its size.</summary>
    [Fact]
    public void A_long_value_is_dumped_without_being_in_memory_as_text()
    {
        const int Words = 100_000;
        using ShmTable table = Open();
        table.Add(1, new int[Words]);
        table.Dump(TextWriter.Null);
        long before = GC.GetAllocatedBytesForCurrentThread();
        table.Dump(TextWriter.Null);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * Words * sizeof(int));
    }

    /// <summary>Each violation takes memory, and each one met as an exception takes time.</summary>
    [Fact]
    public void The_check_of_a_file_of_rubbish_ends_after_a_hundred_violations()
    {
        using ShmTable table = Open();
        for (int key = 1000; key < 1200; key++)
            table.Add(key, [key]);
        for (int page = table.Memory[DescriptorPage, 1] - 150; page < table.Memory[DescriptorPage, 1]; page++)
            table.Memory[page, 0] = 0;
        Assert.Equal(100, table.Check().Violations.Count);
    }

    /// <summary>Each of 60,000 records could have all pages of the table freed.</summary>
    [Fact]
    public void A_journal_in_which_the_same_pages_are_new_twice_is_refused()
    {
        const int JournalOffset = 24576, RecordsOffset = JournalOffset + 64;
        var futex = new ShmTableOptions { Locking = LockingMethod.Futex };
        using (ShmTable table = _temp.Open(futex))
            table.Add(1, [1]);
        using (FileStream sidecar = File.OpenWrite(_temp.Name.MemoryPath + ".netshm"))
        {
            sidecar.Position = JournalOffset;
            sidecar.Write(MemoryMarshal.AsBytes<int>([1, 2])); // Active, with two records.
            sidecar.Position = RecordsOffset;
            sidecar.Write(MemoryMarshal.AsBytes<int>([3, 100, 10, 0, 3, 100, 10, 0]));
        }

        CorruptFileException e = Assert.Throws<CorruptFileException>(() => _temp.Open(futex));
        Assert.Contains("10 new pages from page 100 on", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Each of 65,000 records could restore all pages of the table, which took minutes.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void A_journal_whose_runs_restore_the_table_again_and_again_is_refused(int kind)
    {
        const int JournalOffset = 24576, RecordsOffset = JournalOffset + 64, Records = 1000, Pages = 40_000, WordsInPage = 12;
        var futex = new ShmTableOptions { Locking = LockingMethod.Futex, PageSize = 64 };
        using (ShmTable table = ShmTable.Open(_temp.Name, futex))
            table.Add(1, new int[Pages * WordsInPage]);
        using (FileStream sidecar = File.OpenWrite(_temp.Name.MemoryPath + ".netshm"))
        {
            sidecar.Position = JournalOffset;
            sidecar.Write(MemoryMarshal.AsBytes<int>([1, Records])); // Active.
            sidecar.Position = RecordsOffset;
            for (int i = 0; i < Records; i++)
                sidecar.Write(MemoryMarshal.AsBytes<int>([kind, Pages, -(Pages - 1000), 0]));
        }

        byte[] before = File.ReadAllBytes(_temp.Name.MemoryPath);
        CorruptFileException e = Assert.Throws<CorruptFileException>(() => _temp.Open(futex));
        Assert.Contains("39000000 pages", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_temp.Name.MemoryPath));
    }

    /// <summary>What is taken back within a transaction stays in the journal, as runs that are as long as can be.</summary>
    [Fact]
    public void A_transaction_never_records_more_pages_than_may_be_restored()
    {
        const int Pages = 60_000, WordsInPage = 12, TriesAtMost = 400;
        int[] value = new int[Pages * WordsInPage];
        using ShmTable table = _temp.Open(new ShmTableOptions { Locking = LockingMethod.Futex, PageSize = 64 });
        table.Add(1, [1]);
        int tries = 0;
        _ = Assert.Throws<TransactionTooLargeException>(() => table.Transact(() =>
        {
            for (; tries < TriesAtMost; tries++)
                AddAndTakeBack(table, value);
        }));
        output.WriteLine($"{tries} tries");
        Assert.InRange(tries, (1 << 24) / Pages, TriesAtMost - 1);
        Assert.Equal([1], table.Find(1));
        Assert.False(table.Contains(2));
        Assert.True(table.Check().IsConsistent);
    }

    private static void AddAndTakeBack(ShmTable table, int[] value)
    {
        try
        {
            table.Transact(void () =>
            {
                table.Add(2, value);
                throw new OperationCanceledException();
            });
        }
        catch (OperationCanceledException)
        {
            // As intended: the records stay.
        }
    }

    /// <summary>All of its length got blocks: as much memory as somebody had said that there is.</summary>
    [Fact]
    public void A_sidecar_longer_than_any_can_be_is_replaced_and_takes_no_room()
    {
        const long LengthInBytes = 64 << 20;
        string path = _temp.Name.MemoryPath + ".netshm";
        var futex = new ShmTableOptions { Locking = LockingMethod.Futex };
        using (ShmTable table = ShmTable.Open(_temp.Name, futex))
            table.Add(1, [1]);
        using (FileStream sidecar = File.OpenWrite(path))
            sidecar.SetLength(LengthInBytes);
        using ShmTable again = _temp.Open(futex);
        Assert.Equal([1], again.Find(1));
        Assert.InRange(new FileInfo(path).Length, 1, 2 << 20);
    }

    private ShmTable Open(
        LockingMethod locking = LockingMethod.None, int pageSize = ShmTableOptions.DefaultPageSize)
    {
        ShmTable table = _temp.Open(new ShmTableOptions { Init = 500, Locking = locking, PageSize = pageSize });
        for (int key = 0; key < Keys; key++)
            table.Add(key, [key]);
        return table;
    }
}
