using Netshm.TestKit;
using static Netshm.Actors.GroupOperation;

namespace Netshm.Actors.Tests;

/// <summary>What an actor system learns of processes that died, and what it takes back itself.</summary>
public sealed class RecoveryTests : TableSpec
{
    [Fact]
    public async Task The_recovery_after_a_killed_writer_is_published()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(TableRecovered));
        await Table.AddAsync(1, [1]);
        using (ChildProcess holder = HoldLock())
            holder.Kill();
        await Table.AddAsync(2, [2]);
        TableRecovered published = await ExpectMsgAsync<TableRecovered>(Patience);
        Assert.Equal("test", published.Table);
        Assert.Equal(Temp.Name, published.Location);
        Assert.Equal(new TableRecovery(false, 0, false, 0), published.Recovery);
        AssertWords(Table.Find(1), 1);
    }

    [Fact]
    public async Task A_group_that_fails_half_way_does_nothing()
    {
        await Table.AddAsync(1, [1]);
        int[] tooLarge = new int[5_000_000];
        await Assert.ThrowsAsync<TransactionTooLargeException>(() => Table.GroupAsync(
        [
            new GroupOperation.Replace(1, [2]),
            new Increment(2),
            new GroupOperation.Add(3, Sequence.Create<int>(tooLarge)),
        ]));
        Assert.Equal(1, Table.Count);
        AssertWords(Table.Find(1), 1);
    }
}
