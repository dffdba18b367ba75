using Akka.Actor;
using Netshm.TestKit;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>What happens while another process holds the lock, when too much waits, and when a body does not end.</summary>
public sealed class LoadTests() : TableSpec("max-queue = 12000, group-timeout = 300ms")
{
    [Fact]
    public async Task A_deadline_that_passes_is_answered_and_its_operation_is_never_executed()
    {
        using ChildProcess holder = HoldLock();
        Task late = Table.ReplaceAsync(1, [1], TimeSpan.FromMilliseconds(100));
        Task patient = Table.ReplaceAsync(2, [2], Patience);
        await Assert.ThrowsAsync<RequestTimeoutException>(() => late);
        Assert.False(patient.IsCompleted);
        holder.WriteLine("release");
        await patient;
        holder.Finish();
        Assert.False(Table.Contains(1));
        Assert.Equal([2], Table.Find(2));
    }

    [Fact]
    public async Task Cancelled_requests_are_not_executed()
    {
        using ChildProcess holder = HoldLock();
        using var cancel = new CancellationTokenSource();
        Task cancelled = Table.ReplaceAsync(1, [1], Patience, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        holder.WriteLine("release");
        holder.Finish();
        await Table.ReplaceAsync(2, [2]);
        Assert.False(Table.Contains(1));
    }

    [Fact]
    public async Task More_than_max_queue_is_refused_at_once_and_what_waits_is_kept()
    {
        using ChildProcess holder = HoldLock();
        Task[] writes = [.. Enumerable.Range(0, 13_000).Select(i => Table.ReplaceAsync(i, [i], Patience))];
        Table.Actor.Tell(new Find(1), TestActor);
        ExpectMsg<Rejected>(Patience);
        Task[] refused = [.. writes.Where(write => write.IsCompleted)];
        Assert.InRange(refused.Length, 900, 1000);
        Assert.All(refused, write => Assert.IsType<TableBusyException>(write.Exception!.InnerException));
        holder.WriteLine("release");
        holder.Finish();
        await Task.WhenAll(writes.Except(refused));
        Assert.Equal(13_000 - refused.Length, Table.Count);
    }

    [Fact]
    public async Task Ten_thousand_writes_wait_for_another_process_while_the_default_dispatcher_keeps_its_beat()
    {
        const int writers = 8;
        const int writesEach = 1250;
        using ChildProcess holder = HoldLock();
        Task<int>[] senders = [.. Enumerable.Range(0, writers).Select(writer =>
            Sys.ActorOf(Props.Create(() => new Writer(Table.Actor, writer, writesEach)))
                .Ask<int>("start", Patience))];
        IActorRef heart = Sys.ActorOf(Props.Create(() => new Heart()));
        Task late = Table.ReplaceAsync(-1, [], TimeSpan.FromMilliseconds(500));
        int beats = 0;
        for (DateTime end = DateTime.UtcNow.AddSeconds(2); DateTime.UtcNow < end; beats++)
            await heart.Ask("beat", TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<RequestTimeoutException>(() => late);
        Assert.All(senders, sender => Assert.False(sender.IsCompleted));
        holder.WriteLine("release");
        holder.Finish();
        Assert.All(await Task.WhenAll(senders), done => Assert.Equal(writesEach, done));
        Assert.Equal(writers * writesEach, Table.Count);
        Assert.True(beats > 100, $"{beats} beats");
    }

    [Fact]
    public async Task An_endless_group_fails_its_own_caller_only()
    {
        using var forever = new ManualResetEventSlim();
        TableGroup? kept = null;
        Task endless = Table.GroupAsync(group =>
        {
            group.Replace(1, [1]);
            kept = group;
            forever.Wait();
        });
        Task next = Table.ReplaceAsync(2, [2]);
        await Assert.ThrowsAnyAsync<NetshmException>(() => endless);
        await next;
        Assert.Throws<GroupTimeoutException>(() => kept!.Replace(3, [3]));
        Assert.False(Table.Contains(3));
        forever.Set();
    }

    [Fact]
    public async Task Damage_quarantines_the_table_and_is_published()
    {
        await Table.ReplaceAsync(1, [1]);
        Sys.EventStream.Subscribe(TestActor, typeof(TableQuarantined));
        Temp.IsDamagedOnPurpose();
        ShmTable direct = Temp.Open();
        direct.Memory[2 + direct.Memory[1, 9], 1] = 99; // The key in the page of the binding.
        await Assert.ThrowsAsync<CorruptFileException>(() => Table.FindAsync(1));
        Assert.Equal("test", ExpectMsg<TableQuarantined>(Patience).Table);
        await Assert.ThrowsAsync<CorruptFileException>(() => Table.ReplaceAsync(2, [2]));
        Assert.False(direct.Contains(2));
    }

    private sealed class Heart : ReceiveActor
    {
        public Heart() => ReceiveAny(_ => Sender.Tell("beat"));
    }

    /// <summary>Writes all at once, and answers how many were done when all are.</summary>
    private sealed class Writer : ReceiveActor
    {
        public Writer(IActorRef table, int number, int writes)
        {
            IActorRef? starter = null;
            int done = 0;
            Receive<string>(_ =>
            {
                starter = Sender;
                for (int i = 0; i < writes; i++)
                    table.Tell(new Replace((number * writes) + i, [i]) { Timeout = Patience });
            });
            Receive<Replaced>(_ =>
            {
                if (++done == writes)
                    starter.Tell(done);
            });
        }
    }
}
