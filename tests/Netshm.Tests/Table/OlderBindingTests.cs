using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>The newest value needs nothing of the older ones.</summary>
public sealed class OlderBindingTests : IDisposable
{
    private const int Key = 1, ContentMagic = 0x12DE9F67, KeyWord = 1, OlderBindingWord = 3;

    private readonly TempTable _temp = new(options: new ShmTableOptions { Init = 10 });

    public void Dispose() => _temp.Dispose();

    public static TheoryData<LockingMethod, int, int> Damages()
    {
        var data = new TheoryData<LockingMethod, int, int>();
        foreach (LockingMethod locking in (LockingMethod[])[LockingMethod.None, LockingMethod.Record, LockingMethod.Futex])
        {
            foreach (int lengthInWords in (int[])[1, 200])
            {
                foreach (int older in (int[])[-1, int.MinValue, 1, 1_000_000])
                    data.Add(locking, lengthInWords, older);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public void The_newest_value_is_read_when_its_pointer_to_the_older_one_is_bad(
        LockingMethod locking, int lengthInWords, int older)
    {
        _temp.IsDamagedOnPurpose();
        using ShmTable table = _temp.Open(_temp.Options with { Locking = locking });
        int[] value = [.. Enumerable.Repeat(7, lengthInWords)];
        table.Add(Key, [1]);
        table.Add(Key, value);
        int page = PageOfNewest(table);
        table.Memory[page, OlderBindingWord] = older;

        Assert.Equal(value, table.Find(Key));
        Assert.True(table.Contains(Key));
        int[] copy = new int[lengthInWords];
        Assert.True(table.TryFind(Key, copy, out int length));
        Assert.Equal(value, copy.AsSpan(0, length).ToArray());
        Assert.Equal(value, table.Group(() => table.Find(Key), GroupIntent.Read));

        var needOlder = new Action[]
        {
            () => table.FindAll(Key),
            () => table.Iterate((_, _) => { }),
            () => table.Replace(Key, [8]),
            () => table.Remove(Key),
        };
        Assert.All(needOlder, attempt => Assert.Throws<CorruptFileException>(attempt));
        Assert.Contains(table.Check().Violations, violation => violation.Page == page);
        Assert.Equal(value, table.Find(Key));
    }

    [Fact]
    public void The_newest_value_can_be_edited_when_older_ones_are_damaged_while_another_process_is_in_the_table()
    {
        _temp.IsDamagedOnPurpose();
        using ShmTable table = _temp.Open(_temp.Options with { Locking = LockingMethod.Record });
        table.Add(Key, [1]);
        table.Add(Key, [7]);
        table.Memory[PageOfNewest(table), OlderBindingWord] = -1;

        // A byte that nobody wants; but now no lock on everything can be had, and bindings are locked one by one.
        int hashPage = table.Memory[1, 8];
        using ChildProcess other = WorkerProcess.Start(
            "hold-byte", _temp.Name.LockPath, $"{hashPage * table.Memory.WordsPerPage}");
        Assert.Equal("held", other.ReadLine());
        table.WriteBlocks(Key, WriteOperations.None, (fragment, _) =>
        {
            fragment[0] = 8;
            return new BlockDecision(WriteOperations.None, BlockControl.Break);
        });
        Assert.Equal([8], table.Find(Key));
        other.WriteLine("release");
        other.Finish();
    }

    private static int PageOfNewest(ShmTable table)
    {
        int page = 2;
        while (table.Memory[page, 0] != ContentMagic || table.Memory[page, KeyWord] != Key
            || table.Memory[page, OlderBindingWord] == 0)
        {
            page++;
        }

        return page;
    }
}
