namespace Netshm.Tests.Typed;

/// <content>Changes of a value as one operation.</content>
public sealed partial class ShmHashtableTests
{
    [Fact]
    public void Update_starts_from_the_initial_value_and_goes_on_from_the_stored_one()
    {
        ShmHashtable<string, int> table = OpenStringToInt();

        Assert.Equal(1, table.Update("word", 0, count => count + 1));
        Assert.Equal(2, table.Update("word", 0, count => count + 1));
        Assert.Equal([2], table.FindAll("word"));
    }

    [Fact]
    public void Update_loses_no_change_of_concurrent_threads()
    {
        ShmHashtable<string, int> table = OpenStringToInt();

        Parallel.For(0, 4, _ =>
        {
            for (int round = 0; round < 250; round++)
                table.Update("word", 0, count => count + 1);
        });

        Assert.Equal(1000, table.Find("word"));
    }

    [Fact]
    public void Update_leaves_the_value_when_the_change_fails()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("word", 1);

        Assert.Throws<TimeZoneNotFoundException>(
            () => table.Update("word", 0, _ => throw new TimeZoneNotFoundException()));

        Assert.Equal([1], table.FindAll("word"));
    }
}
