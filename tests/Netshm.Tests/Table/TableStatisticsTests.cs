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
