using Akka.Actor;
using Netshm.Actors.Tables;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>What becomes of a table's actor when another owner has taken the table over.</summary>
public sealed class FencedTableTests : TableSpec
{
    public FencedTableTests()
        : base("reopen-min-backoff = 50ms, reopen-max-backoff = 200ms")
    {
    }

    [Fact]
    public async Task A_table_that_was_opened_anew_is_its_owners_and_ends_when_another_one_takes_it_over()
    {
        BecomeOwner();
        Batches.Dispose(); // The actor fails over it, and opens the table anew.
        await Table.AddAsync(1, [1]).WaitAsync(Patience);
        Watch(Table.Actor);
        using ShmTable heir = TakeOver();
        await Assert.ThrowsAsync<OwnerFencedException>(() => Table.AddAsync(2, [2]).WaitAsync(Patience));
        ExpectTerminated(Table.Actor, Patience);
        Assert.Equal(TableState.Closed, Table.State);
        Assert.Equal(1, heir.Count);
    }

    [Fact]
    public async Task A_table_that_was_taken_over_while_it_was_quarantined_is_given_up()
    {
        BecomeOwner();
        await Table.AddAsync(1, [1]);
        Watch(Table.Actor);
        using ShmTable heir = TakeOver();
        using (ChildProcess holder = HoldLock())
            holder.Kill(); // To check the table it would have to recover it, which is the other owner's business.
        Table.Actor.Tell(
            new TableActor.Damaged(new CorruptFileException(Table.Name, 1, 1, "broken")), ActorRefs.NoSender);
        ExpectTerminated(Table.Actor, Patience);
        Assert.Equal(TableState.Closed, Table.State);
        Assert.Null(heir.LastRecovery);
        heir.Add(2, [2]);
        Assert.NotNull(heir.LastRecovery);
    }

    private void BecomeOwner() => Table.RaiseOwnerEpoch(Table.ReadNow(static table => table.OwnerEpoch));

    private ShmTable TakeOver()
    {
        ShmTable heir = ShmTable.Open(Temp.Name);
        _ = heir.RaiseOwnerEpoch(heir.OwnerEpoch);
        return heir;
    }
}
