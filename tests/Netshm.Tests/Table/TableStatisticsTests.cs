using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary><see cref="ShmTable.GetStatistics"/>.</summary>
public sealed class TableStatisticsTests
{
    [Fact]
    public void Statistics_count_keys_bindings_words_and_pages()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, [1, 2, 3]);
        table.Add(1, []);
        table.Add(2, new int[100]);
        Assert.True(table.Remove(2));
        table.Add(3, new int[60]);

        TableStatistics found = table.GetStatistics();
        TableReport report = table.Check();
        Assert.Equal((2, 3), (found.Keys, found.Bindings));
        Assert.Equal((63, 60), (found.ValuesLengthInWords, found.LongestValueInWords));
        Assert.Equal((256, report.TotalPages, report.FreePages), (found.PageSize, found.TotalPages, found.FreePages));
        Assert.Equal(3.0 / found.Cells, found.Load);
        Assert.Equal(found.TotalPages, 2 + found.HashPages + found.FreePages + 4);
    }

    [Fact]
    public void The_best_page_size_is_the_one_with_which_the_bindings_take_the_least()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        Assert.Equal((256, 0L), (table.GetStatistics().BestPageSize, table.GetStatistics().BindingBytes));
        for (int key = 0; key < 100; key++)
            table.Add(key, new int[14]); // With the header of 6 words they fill 80 bytes.
        TableStatistics found = table.GetStatistics();
        Assert.Equal((25_600, 80, 8_000), (found.BindingBytes, found.BestPageSize, found.BestBindingBytes));

        using var better = new TempTable(options: new ShmTableOptions { PageSize = found.BestPageSize });
        ShmTable copy = better.Open();
        table.Iterate((key, value) => copy.Add(key, value));
        Assert.Equal((8_000, 80), (copy.GetStatistics().BindingBytes, copy.GetStatistics().BestPageSize));
    }

    [Fact]
    public void Probes_are_the_cells_that_searches_look_at()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        Assert.Equal((0, 0.0), (table.GetStatistics().MaxProbes, table.GetStatistics().AverageProbes));
        int cells = table.GetStatistics().Cells;
        table.Add(0, [0]);
        table.Add(cells, [1]);
        table.Add(2 * cells, [2]);

        // Probes look at the cells with offsets 0, 1 and 4: all three keys begin at cell 0.
        Assert.Equal((3, 2.0), (table.GetStatistics().MaxProbes, table.GetStatistics().AverageProbes));
    }
}
