using Netshm.TestKit;
using Netshm.Worker;
using Xunit.Abstractions;

namespace Netshm.Tests.Feed;

/// <summary>What the change feed tells of the modifications of one process.</summary>
public class ChangeFeedTests(ITestOutputHelper output) : IDisposable
{
    private const int Capacity = 64;

    private readonly TempTable _temp = new(options: new ShmTableOptions { ChangeFeedCapacity = Capacity });

    /// <summary>Closes, checks and unlinks the table.</summary>
    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Every_modification_is_told_with_its_number()
    {
        ShmTable table = _temp.Open();
        Assert.Equal(0, table.LastChange);

        table.Add(7, [1, 2, 3]);
        table.Add(7, new int[100]);
        table.Replace(7, []);
        table.Replace(8, [1]);
        Assert.True(table.Remove(7));
        Assert.False(table.Remove(9));

        Assert.Equal(
            [
                new TableChange(1, 1, ChangeKind.Added, 7, 3, 0),
                new TableChange(2, 2, ChangeKind.Added, 7, 100, 0),
                new TableChange(3, 3, ChangeKind.Replaced, 7, 0, 0),
                new TableChange(4, 4, ChangeKind.Added, 8, 1, 0),
                new TableChange(5, 5, ChangeKind.Removed, 7, 0, 0),
            ],
            ReadAll(table, from: 1));
        Assert.Equal(5, table.LastChange);
    }

    [Fact]
    public void Who_asks_for_no_number_gets_what_comes_next()
    {
        ShmTable table = _temp.Open();
        table.Add(1, []);
        ChangeReader reader = table.ReadChanges();
        Assert.Equal(0, reader.Read(new TableChange[2]));
        table.Add(2, []);
        Assert.Equal(2, reader.Next);
        TableChange change = Assert.Single(ReadAll(reader));
        Assert.Equal((2, 2), (change.Number, change.Key));
    }

    [Fact]
    public void A_transaction_is_told_as_a_whole_when_it_is_committed()
    {
        ShmTable table = _temp.Open();
        ChangeReader reader = table.ReadChanges();
        table.Transact(() =>
        {
            table.Add(1, []);
            table.Add(2, []);
            Assert.Empty(ReadAll(reader));
        });
        Assert.Equal([1, 2], ReadAll(reader).Select(change => change.Key));
    }

    [Fact]
    public void What_a_transaction_takes_back_is_not_told()
    {
        ShmTable table = _temp.Open();
        table.Transact(() =>
        {
            table.Add(1, []);
            Assert.Throws<TimeZoneNotFoundException>(() => table.Transact(void () =>
            {
                table.Add(2, []);
                throw new TimeZoneNotFoundException();
            }));
            table.Add(3, []);
        });
        Assert.Throws<TimeZoneNotFoundException>(() => table.Transact(void () =>
        {
            table.Add(4, []);
            throw new TimeZoneNotFoundException();
        }));
        table.Add(5, []);
        Assert.Equal([(1L, 1), (2, 3), (3, 5)], ReadAll(table, from: 1).Select(change => (change.Number, change.Key)));
    }

    [Fact]
    public void A_group_is_told_while_it_runs()
    {
        ShmTable table = _temp.Open();
        ChangeReader reader = table.ReadChanges();
        table.Group(() =>
        {
            table.Add(1, []);
            Assert.Single(ReadAll(reader));
            table.Add(2, []);
        });
        Assert.Single(ReadAll(reader));
    }

    [Fact]
    public void A_writer_of_blocks_is_told_by_the_binding()
    {
        ShmTable table = _temp.Open();
        for (int length = 1; length <= 3; length++)
            table.Add(1, new int[length]);
        ChangeReader reader = table.ReadChanges();
        int seen = 0;
        table.WriteBlocks(1, WriteOperations.RemoveBinding, (_, isEnd) =>
            isEnd && ++seen == 2 ? BlockDecision.Remove(BlockControl.Break) : BlockDecision.Continue);
        Assert.Equal(
            [(ChangeKind.Edited, 0), (ChangeKind.Edited, 1), (ChangeKind.Removed, 1)],
            ReadAll(reader).Select(change => (change.Kind, change.Depth)));
    }

    [Fact]
    public void A_writer_of_blocks_that_fails_is_told_too()
    {
        ShmTable table = _temp.Open();
        table.Add(1, [1]);
        ChangeReader reader = table.ReadChanges();
        Assert.Throws<TimeZoneNotFoundException>(() => table.WriteBlocks(1, WriteOperations.None, (fragment, _) =>
        {
            fragment[0] = 2;
            throw new TimeZoneNotFoundException();
        }));
        Assert.Equal(ChangeKind.Edited, Assert.Single(ReadAll(reader)).Kind);
    }

    [Fact]
    public void Who_falls_behind_gets_one_gap_and_all_that_the_ring_holds()
    {
        ShmTable table = _temp.Open();
        ChangeReader reader = table.ReadChanges();
        for (int key = 1; key <= Capacity + 10; key++)
            table.Add(key, []);
        List<TableChange> changes = ReadAll(reader);
        Assert.Equal(new TableChange(1, 10, ChangeKind.Gap, 0, 0, 0), changes[0]);
        Assert.Equal(Enumerable.Range(11, Capacity), changes.Skip(1).Select(change => (int)change.Number));
    }

    [Fact]
    public void What_a_transaction_overwrote_before_it_was_taken_back_is_a_gap()
    {
        ShmTable table = _temp.Open();
        for (int key = 1; key <= Capacity; key++)
            table.Add(key, []);
        Assert.Throws<TimeZoneNotFoundException>(() => table.Transact(void () =>
        {
            for (int key = 1; key <= 10; key++)
                table.Remove(key);
            throw new TimeZoneNotFoundException();
        }));
        List<TableChange> changes = ReadAll(table, from: 1);
        Assert.Equal(new TableChange(1, 10, ChangeKind.Gap, 0, 0, 0), changes[0]);
        Assert.Equal(Capacity - 10, changes.Count - 1);
        table.Remove(1);
        Assert.Equal(Capacity + 1, ReadAll(table, from: 1)[^1].Number);
    }

    [Fact]
    public void Small_buffers_lose_nothing()
    {
        ShmTable table = _temp.Open();
        ChangeReader reader = table.ReadChanges();
        for (int key = 1; key <= Capacity + 7; key++)
            table.Add(key, []);
        var replay = new ChangeReplay();
        var changes = new TableChange[2];
        for (int count; (count = reader.Read(changes)) > 0;)
        {
            foreach (TableChange change in changes.AsSpan(0, count))
                replay.Apply(change);
        }

        Assert.Equal((Capacity + 7, 1), ((int)replay.Last, replay.Gaps));
        Assert.Throws<ArgumentException>(() => reader.Read(new TableChange[1]));
    }

    [Fact]
    public void The_feed_of_a_table_that_is_created_anew_is_another_one()
    {
        long before;
        using (ShmTable table = _temp.Open())
        {
            table.Add(1, []);
            before = table.FeedId;
        }

        using ShmTable anew = _temp.Open(_temp.Options with { Init = 100 });
        Assert.NotEqual(before, anew.FeedId);
        Assert.Equal(0, anew.LastChange);
        anew.Add(2, []);
        ChangeReplay replay = ChangeReplay.Of(anew);
        Assert.Equal((ChangeReplay.Describe(anew), true), (replay.ToString(), replay.IsComplete));
    }

    [Fact]
    public void Random_changes_played_through_give_the_table()
    {
        ShmTable table = _temp.Open(_temp.Options with { ChangeFeedCapacity = 1 << 14, Init = 1, PageSize = 64 });
        Seed.Take(output).Run(random =>
        {
            for (int round = 0; round < 1000; round++)
                Write(table, random, depth: 0);
        });
        ChangeReplay replay = ChangeReplay.Of(table);
        Assert.True(replay.IsComplete);
        Assert.Equal(ChangeReplay.Describe(table), replay.ToString());
    }

    private static void Write(ShmTable table, Random random, int depth)
    {
        int key = random.Next(30);
        switch (random.Next(10))
        {
            case 0 or 1 or 2:
                table.Add(key, new int[random.Next(40)]);
                break;
            case 3 or 4:
                table.Replace(key, new int[random.Next(40)]);
                break;
            case 5 or 6:
                table.Remove(key);
                break;
            case 7:
                int victim = random.Next(4), seen = 0;
                table.WriteBlocks(key, WriteOperations.RemoveBinding, (_, isEnd) =>
                    isEnd && seen++ == victim ? BlockDecision.Remove() : BlockDecision.Continue);
                break;
            case 8 when depth < 3:
                table.Group(() => WriteSome(table, random, depth));
                break;
            default:
                if (depth < 3)
                    TransactOrTakeBack(table, random, depth);
                break;
        }
    }

    private static void TransactOrTakeBack(ShmTable table, Random random, int depth)
    {
        try
        {
            table.Transact(() =>
            {
                WriteSome(table, random, depth);
                if (random.Next(2) == 0)
                    throw new TimeZoneNotFoundException();
            });
        }
        catch (TimeZoneNotFoundException)
        {
            // It was meant to be taken back.
        }
    }

    private static void WriteSome(ShmTable table, Random random, int depth)
    {
        for (int i = random.Next(5); i >= 0; i--)
            Write(table, random, depth + 1);
    }

    private static List<TableChange> ReadAll(ShmTable table, long from) => ReadAll(table.ReadChanges(from));

    private static List<TableChange> ReadAll(ChangeReader reader)
    {
        var all = new List<TableChange>();
        var changes = new TableChange[16];
        for (int count; (count = reader.Read(changes)) > 0;)
            all.AddRange(changes.AsSpan(0, count));
        return all;
    }
}
