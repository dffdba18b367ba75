using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Creating, opening, re-creating; and files that are no tables.</summary>
public class OpeningTests
{
    [Fact]
    public void A_new_table_has_futex_locking()
    {
        using var temp = new TempTable();
        Assert.Equal(LockingMethod.Futex, temp.Open().Locking);
        Assert.Equal(LockingMethod.Futex, ShmTable.BestLockingMethod(temp.Name.Type));
    }

    [Fact]
    public void A_new_table_has_the_original_s_first_pages()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using ShmTable table = temp.Open();
        Assert.Equal(256, table.PageSize);
        int[] master = [.. Enumerable.Range(0, 6).Select(word => table.Memory[0, word])];
        Assert.Equal([unchecked((int)0xde871209), unchecked((int)0xde881209), unchecked((int)0xde871309),
            unchecked((int)0xde87120a), 1, 0], master);
        const int HashPages = 134; // 2000 cells, 15 a page.
        int[] descriptor = [.. Enumerable.Range(1, 9).Select(word => table.Memory[1, word])];
        Assert.Equal([2 + HashPages, HashPages * 15, 0, 0, 0, 0, 0, 2, HashPages], descriptor);
    }

    [Fact]
    public void An_existing_table_is_opened_with_the_page_size_it_has()
    {
        using var temp = new TempTable(options: new ShmTableOptions { PageSize = 1024 });
        temp.Open().Add(1, [1]);
        using ShmTable again = temp.Open(new ShmTableOptions());
        Assert.Equal(1024, again.PageSize);
        Assert.Equal([1], again.Find(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_page_size_than_asked_for_is_an_error_that_names_both(bool whileOpen)
    {
        using var temp = new TempTable(options: new ShmTableOptions { PageSize = 160 });
        using (ShmTable table = temp.Open())
        {
            table.Add(1, [1]);
            if (whileOpen)
                AssertMismatch();
        }

        AssertMismatch();

        void AssertMismatch()
        {
            PageSizeMismatchException e = Assert.Throws<PageSizeMismatchException>(
                () => temp.Open(new ShmTableOptions { PageSize = 256 }));
            Assert.Equal((160, 256), (e.Found, e.Expected));
            Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(162)]
    [InlineData(2 << 20)]
    public void An_impossible_page_size_is_refused(int pageSize)
    {
        using var temp = new TempTable();
        Assert.Throws<ArgumentOutOfRangeException>(() => temp.Open(new ShmTableOptions { PageSize = pageSize }));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void An_impossible_number_of_elements_is_refused_and_the_table_stays(int init)
    {
        using var temp = new TempTable();
        using ShmTable table = temp.Open();
        table.Add(1, [1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => temp.Open(new ShmTableOptions { Init = init }));
        Assert.Equal([1], table.Find(1));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(68)]
    [InlineData(100)]
    [InlineData(156)]
    [InlineData(164)]
    [InlineData(1 << 20)]
    public void Unusual_page_sizes_work_and_are_found_again(int pageSize)
    {
        using var temp = new TempTable(options: new ShmTableOptions { PageSize = pageSize, Init = 3 });
        using (ShmTable table = temp.Open())
        {
            for (int i = 0; i < 200; i++)
                table.Add(i, [.. Enumerable.Range(i, i % 40)]);
        }

        using ShmTable again = temp.Open(new ShmTableOptions());
        Assert.Equal(pageSize, again.PageSize);
        for (int i = 0; i < 200; i++)
            Assert.Equal(Enumerable.Range(i, i % 40), again.Find(i));
    }

    [Fact]
    public void A_table_s_growth_and_new_options_do_not_touch_what_it_holds()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 1 });
        using (ShmTable table = temp.Open())
        {
            for (int i = 0; i < 5000; i++)
                table.Add(i, [i]);
        }

        using ShmTable again = temp.Open(new ShmTableOptions());
        Assert.Equal(5000, again.Count);
        for (int i = 0; i < 5000; i++)
            Assert.Equal([i], again.Find(i));
    }

    [Fact]
    public void A_table_can_be_re_created_with_another_page_size_when_nobody_else_has_it_open()
    {
        using var temp = new TempTable();
        using (ShmTable table = temp.Open())
        {
            for (int i = 0; i < 100; i++)
                table.Add(i, [i]);
            Assert.Throws<InvalidTableOperationException>(
                () => temp.Open(new ShmTableOptions { PageSize = 512, Init = 10 }));
            Assert.Equal(100, table.Count);
        }

        using ShmTable again = temp.Open(new ShmTableOptions { PageSize = 512, Init = 10 });
        Assert.Equal((512, 0), (again.PageSize, again.Count));
        Assert.True(again.Check().IsConsistent);
    }

    [Theory]
    [InlineData("too short")]
    [InlineData("This is some text, and surely long enough to be taken for a table by somebody who does not look.")]
    public void A_file_that_is_not_a_table_is_an_error_and_stays_as_it_is(string text)
    {
        using var temp = new TempTable();
        temp.IsDamagedOnPurpose();
        File.WriteAllText(temp.Name.LockPath, text);
        CorruptFileException e = Assert.Throws<CorruptFileException>(() => temp.Open());
        Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains("not a table", e.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(temp.Name.LockPath));
    }

    [Fact]
    public void A_truncated_file_is_an_error_that_names_both_lengths_and_it_never_grows()
    {
        using var temp = new TempTable();
        temp.IsDamagedOnPurpose();
        using (ShmTable table = temp.Open())
        {
            for (int i = 0; i < 1000; i++)
                table.Add(i, [i]);
        }

        const long Kept = 40_960;
        using (FileStream file = File.Open(temp.Name.LockPath, FileMode.Open))
            file.SetLength(Kept);
        CorruptFileException e = Assert.Throws<CorruptFileException>(() =>
        {
            using ShmTable table = ShmTable.Open(temp.Name, new ShmTableOptions { PageSize = 256 });
            return table.Find(1);
        });
        Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Equal(Kept, new FileInfo(temp.Name.LockPath).Length);
    }

    [Fact]
    public void A_file_whose_creator_died_is_laid_out_anew()
    {
        using var temp = new TempTable();
        using (FileStream file = File.Create(temp.Name.LockPath))
            file.SetLength(3 * 256);
        using ShmTable table = temp.Open();
        table.Add(1, [1]);
        Assert.Equal([1], table.Find(1));
        Assert.True(table.Check().IsConsistent);
    }

    [Fact]
    public void A_table_opened_for_reading_can_be_read_and_not_written()
    {
        using var temp = new TempTable();
        temp.Open().Add(1, [1]);
        using SharedMemoryObject memory = SharedMemoryObject.Open(temp.Name, FileMode.Open, FileAccess.Read);
        using ShmTable table = ShmTable.Manage(memory);
        Assert.Equal([1], table.Find(1));
        var attempts = new Action[]
        {
            () => table.Add(1, []),
            () => table.Replace(1, []),
            () => table.Remove(1),
            () => table.Group(() => { }),
            () => table.WriteBlocks(1, WriteOperations.None, (_, _) => BlockDecision.Continue),
            () => ShmTable.Manage(memory, new ShmTableOptions { Init = 1 }),
        };
        Assert.All(attempts, attempt => Assert.Contains(
            temp.Name.ToString(), Assert.Throws<ReadOnlyTableException>(attempt).Message, StringComparison.Ordinal));
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public void A_writing_handle_beside_an_older_reading_one_can_write()
    {
        using var temp = new TempTable();
        temp.Open().Dispose();
        using SharedMemoryObject memory = SharedMemoryObject.Open(temp.Name, FileMode.Open, FileAccess.Read);
        using ShmTable reading = ShmTable.Manage(memory);
        using ShmTable writing = temp.Open();
        writing.Add(1, [1]);
        Assert.Equal([1], reading.Find(1));
        Assert.Throws<ReadOnlyTableException>(() => reading.Add(1, []));
    }

    [Fact]
    public void An_empty_object_opened_for_reading_is_not_made_a_table()
    {
        SharedMemoryName name = TempTable.FreshName();
        SharedMemoryObject.Open(name).Dispose();
        using SharedMemoryObject memory = SharedMemoryObject.Open(name, FileMode.Open, FileAccess.Read);
        Assert.Throws<ReadOnlyTableException>(() => ShmTable.Manage(memory));
        SharedMemoryObject.Unlink(name);
    }

    [Fact]
    public void Handles_of_one_process_with_different_locking_are_refused_with_both_names()
    {
        using var temp = new TempTable();
        using ShmTable record = temp.Open(new ShmTableOptions { Locking = LockingMethod.Record });
        InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(
            () => temp.Open(new ShmTableOptions { Locking = LockingMethod.None }));
        Assert.Contains("Record", e.Message, StringComparison.Ordinal);
        Assert.Contains("None", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SharedMemoryType.File)]
    [InlineData(SharedMemoryType.Posix)]
    public void Two_handles_of_one_process_see_each_other_s_changes(SharedMemoryType type)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Init = 1 });
        using ShmTable first = temp.Open();
        using ShmTable second = temp.Open(new ShmTableOptions());
        for (int i = 0; i < 2000; i++)
            (i % 2 == 0 ? first : second).Add(i, [i]);
        for (int i = 0; i < 2000; i++)
            Assert.Equal([i], (i % 2 == 0 ? second : first).Find(i));
        first.Dispose();
        second.Add(-1, [1]);
        Assert.Equal(2001, second.Count);
    }
}
