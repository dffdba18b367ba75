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
    public void A_table_that_had_no_room_for_its_sidecar_gets_it_with_the_method_that_was_wanted_when_there_is_room()
    {
        using var small = new SmallFileSystem("1M");
        string ballast = small.LeaveFree(80 << 10);
        SharedMemoryName name = SharedMemoryName.File($"{small.Directory}/table");
        for (int attempt = 0; attempt < 2; attempt++)
        {
            OutOfSpaceException e = Assert.Throws<OutOfSpaceException>(() => ShmTable.Open(name));
            Assert.Contains(".netshm", e.Message, StringComparison.Ordinal);
            Assert.Equal([ballast, name.MemoryPath], Directory.GetFiles(small.Directory).Order(StringComparer.Ordinal));
        }

        File.Delete(ballast);
        using ShmTable table = ShmTable.Open(name);
        Assert.Equal(LockingMethod.Futex, table.Locking);
        table.Transact(() => table.Add(1, [1]));
        Assert.True(table.Check().IsConsistent);
    }
}
