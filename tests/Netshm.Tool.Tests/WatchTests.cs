using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>watch, and how a table comes to a change feed.</summary>
public sealed class WatchTests
{
    [Fact]
    public void Watch_tells_what_another_process_does_while_it_does_it()
    {
        using var temp = new TempTable();
        ToolRun.Expect(0, "create", temp.Name.ToString(), "--changes", "100");
        ShmTable table = temp.Open();
        using ChildProcess watch = ToolRun.Start("watch", temp.Name.ToString(), "--from", "1");
        table.Add(7, [1, 2]);
        string[] lines = [watch.ReadLine()];
        table.Remove(7);
        lines = [.. lines, watch.ReadLine()];
        watch.Kill();
        Assert.Equal(["1  added     key 7, 2 words", "2  removed   key 7"], lines);
    }

    [Fact]
    public void Watch_tells_the_past_as_far_as_the_feed_has_it()
    {
        using var temp = new TempTable(options: new ShmTableOptions { ChangeFeedCapacity = 4 });
        ShmTable table = temp.Open();
        for (int key = 1; key <= 6; key++)
            table.Add(key, [key]);
        table.Replace(6, []);
        string[] lines = ToolRun.Fine(temp, "watch", "--from", "1", "--count", "3", "--json").Lines;
        Assert.Equal(
            [
                """{"number":3,"kind":"gap","firstNumber":1}""",
                """{"number":4,"kind":"added","key":4,"lengthInWords":1}""",
                """{"number":5,"kind":"added","key":5,"lengthInWords":1}""",
            ],
            lines);
    }

    [Fact]
    public void Stat_tells_of_the_feed()
    {
        using var temp = new TempTable(options: new ShmTableOptions { ChangeFeedCapacity = 100 });
        temp.Open().Add(1, []);
        Assert.Contains("changes      1, the last 128 are kept", ToolRun.Fine(temp, "stat").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_without_a_feed_is_refused()
    {
        using var temp = new TempTable();
        temp.Open();
        ToolRun run = ToolRun.Expect(2, "watch", temp.Name.ToString());
        Assert.Contains("no change feed", run.Error, StringComparison.Ordinal);
    }
}
