using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Pages that another process has just added belong to the table, though nothing here has met them yet.</summary>
public class FreshGrowthTests
{
    private const int Keys = 5000;

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_raw_word_of_a_fresh_page_can_be_read(LockingMethod locking) => Grow(locking, (table, page) =>
    {
        Assert.Equal(0, table.Memory[page, 0]);
        Assert.True(table.Memory.PageCount > page);
    });

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_raw_word_of_a_fresh_page_can_be_written(LockingMethod locking) => Grow(locking, (table, page) =>
    {
        table.Memory[page, 1] = 0;
        Assert.Equal(0, table.Memory[page, 1]);
    });

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void The_number_of_pages_counts_fresh_ones(LockingMethod locking) =>
        Grow(locking, (table, page) => Assert.Equal(page + 1, table.Memory.PageCount));

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_page_behind_the_end_of_the_file_is_refused_with_the_number_there_is(LockingMethod locking) =>
        Grow(locking, (table, page) =>
        {
            CorruptFileException e = Assert.Throws<CorruptFileException>(() => table.Memory[page + 1, 0]);
            Assert.Contains($"the file has {page + 1} pages", e.Message, StringComparison.Ordinal);
            Assert.Throws<CorruptFileException>(() => table.Memory[int.MaxValue, 0]);
            Assert.Throws<CorruptFileException>(() => table.Memory[-1, 0]);
        });

    /// <summary>Opens a table, has it grow in another process, and does something at once with its last page.</summary>
    private static void Grow(LockingMethod locking, Action<ShmTable, int> use)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 10, Locking = locking });
        using ShmTable table = temp.Open();
        using ChildProcess writer = WorkerProcess.Start("increment", temp.Name.ToString(), $"{locking}", $"{Keys}", $"{Keys}");
        Assert.Equal("ready", writer.ReadLine());
        writer.WriteLine("go");
        writer.Finish();
        use(table, (int)(new FileInfo(temp.Name.MemoryPath).Length / table.PageSize) - 1);
    }
}
