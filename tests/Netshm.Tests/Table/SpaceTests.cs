using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Table;

/// <summary>How files grow, and what happens when they can't.</summary>
public class SpaceTests(ITestOutputHelper output)
{
    /// <summary>The full number is 10 million; <c>NETSHM_CHURN</c> sets it.</summary>
    private const int DefaultChurn = 1_000_000;

    [Fact]
    public void Distinct_keys_that_come_and_go_do_not_make_the_file_grow()
    {
        const int Alive = 100;
        const int Early = 100_000;
        int keys = int.TryParse(Environment.GetEnvironmentVariable("NETSHM_CHURN"), out int wanted)
            ? wanted
            : DefaultChurn;
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.None });
        ShmTable table = temp.Open();
        long earlyLength = 0;
        for (int i = 0; i < keys; i++)
        {
            table.Add(Key(i), [i, i, i]);
            if (i >= Alive)
                Assert.True(table.Remove(Key(i - Alive)));
            if (i == Early)
                earlyLength = new FileInfo(temp.Name.MemoryPath).Length;
        }

        long length = new FileInfo(temp.Name.MemoryPath).Length;
        output.WriteLine($"{earlyLength} bytes after {Early} keys, {length} after {keys}");
        Assert.InRange(length, 1, 2 * earlyLength);
        Assert.Equal(Alive, table.Count);

        static int Key(int i) => unchecked(i * -1640531527);
    }

    [MountFact]
    public void Without_room_for_the_sidecar_a_table_can_not_be_opened_for_futex_locking()
    {
        using var small = new SmallFileSystem("1M");
        SharedMemoryName name = SharedMemoryName.File($"{small.Directory}/table");
        OutOfSpaceException e = Assert.Throws<OutOfSpaceException>(() => ShmTable.Open(name));
        Assert.Contains(".netshm", e.Message, StringComparison.Ordinal);
        Assert.Equal([name.MemoryPath], Directory.GetFiles(small.Directory));
        using ShmTable table = ShmTable.Open(name, new ShmTableOptions { Locking = LockingMethod.Record });
        table.Add(1, [1]);
        Assert.True(table.Check().IsConsistent);
    }
}
