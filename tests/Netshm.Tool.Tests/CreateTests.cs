using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>create.</summary>
public sealed class CreateTests
{
    [Theory]
    [InlineData(SharedMemoryType.File)]
    [InlineData(SharedMemoryType.Posix)]
    public void Create_makes_a_table_as_the_options_say(SharedMemoryType type)
    {
        using var temp = new TempTable(type);
        ToolRun.Fine(temp, "create", "--page-size", "512", "--init", "10000", "--locking", "record");
        using ShmTable table = temp.Open(new ShmTableOptions { Locking = LockingMethod.Record });
        Assert.Equal((512, 0), (table.PageSize, table.Count));
        Assert.True(table.GetStatistics().Cells >= 20000);
        Assert.False(File.Exists(temp.Name.MemoryPath + ".netshm"));
    }

    [Fact]
    public void Create_leaves_a_table_that_is_there_alone()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        ToolRun.Expect(2, "create", temp.Name.ToString());
        Assert.Equal([1], table.Find(1));
    }

    [Theory]
    [InlineData("--page-size", "62")]
    [InlineData("--page-size", "2000000")]
    [InlineData("--init", "-1")]
    public void Create_with_impossible_numbers_leaves_nothing(string option, string value)
    {
        SharedMemoryName name = TempTable.FreshName();
        ToolRun.Expect(2, "create", name.ToString(), option, value);
        Assert.False(File.Exists(name.MemoryPath));
    }
}
