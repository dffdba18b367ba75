using Akka.Actor;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>What a damaged table does to its requests.</summary>
public sealed class QuarantineTests : TableSpec
{
    [Fact]
    public async Task A_damaged_table_is_quarantined_and_said_to_be()
    {
        await Table.AddAsync(1, [1]);
        Sys.EventStream.Subscribe(TestActor, typeof(TableQuarantined));
        Damage();
        var failure = await Assert.ThrowsAsync<CorruptFileException>(() => Table.FindAsync(1));
        var quarantined = ExpectMsg<TableQuarantined>(Patience);
        Assert.Equal(("test", Temp.Name), (quarantined.Table, quarantined.Location));
        Assert.Same(failure, quarantined.Cause);
        Assert.Same(failure, await Assert.ThrowsAsync<CorruptFileException>(() => Table.AddAsync(2, [2])));
        Assert.Throws<CorruptFileException>(() => Table.Contains(2));
        Table.Actor.Tell(new Add(2, [2]));
        Assert.Same(failure, ExpectMsg<Status.Failure>(Patience).Cause);
    }

    [Fact]
    public async Task What_waits_behind_the_damage_fails_with_it()
    {
        await Table.AddAsync(1, [1]);
        Task<int[]>[] waiting;
        using (HoldLock())
        {
            Damage();
            waiting = [.. Enumerable.Range(0, 10).Select(_ => Table.FindAsync(1))];
        }

        foreach (Task<int[]> each in waiting)
            await Assert.ThrowsAsync<CorruptFileException>(() => each);
    }

    [Fact]
    public async Task Damage_met_by_a_direct_read_quarantines_the_table_too()
    {
        await Table.AddAsync(1, [1]);
        Sys.EventStream.Subscribe(TestActor, typeof(TableQuarantined));
        Damage();
        Assert.Throws<CorruptFileException>(() => Table.Find(1));
        ExpectMsg<TableQuarantined>(Patience);
        Assert.True(Table.IsClosed);
    }

    [Fact]
    public async Task A_typed_read_of_something_else_fails_alone()
    {
        TypedTableRef<int, long> numbers = Sys.Netshm().OpenTable("test", DataManagers.Int32, DataManagers.Int64);
        TypedTableRef<int, string> texts = Sys.Netshm().OpenTable("test", DataManagers.Int32, DataManagers.String);
        await numbers.AddAsync(1, 1);
        await Assert.ThrowsAsync<CorruptFileException>(() => texts.FindAsync(1));
        Assert.Throws<CorruptFileException>(() => texts.Find(1));
        Assert.Equal(1, await numbers.FindAsync(1));
    }

    /// <summary>Gives the first page of the only binding a magic number that none has.</summary>
    private void Damage()
    {
        Temp.IsDamagedOnPurpose();
        using FileStream file = File.Open(
            Temp.Name.MemoryPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        int pageSize = Batches.PageSize;
        byte[] pages = new byte[file.Length];
        file.ReadExactly(pages);
        for (int page = 0; page < pages.Length / pageSize; page++)
        {
            Span<byte> first = pages.AsSpan(page * pageSize, sizeof(int));
            if (BitConverter.ToInt32(first) != BindingMagic)
                continue;
            file.Position = page * pageSize;
            file.Write([1, 2, 3, 4]);
        }
    }
}
