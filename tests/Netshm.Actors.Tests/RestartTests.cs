using Akka.Actor;
using Akka.Event;

namespace Netshm.Actors.Tests;

/// <summary>What the actor's supervision and its end mean for requests.</summary>
public sealed class RestartTests : TableSpec
{
    [Fact]
    public async Task A_restart_opens_the_table_anew_and_goes_on_with_the_requests_that_wait()
    {
        await Table.AddAsync(1, [1]);
        Sys.EventStream.Subscribe(TestActor, typeof(Warning));

        // Locks that fail are hard to come by: a handle that somebody closed serves as well.
        Batches.Dispose();
        Task[] waiting = [.. Enumerable.Range(2, 10).Select(key => Table.AddAsync(key, [key]))];
        await Task.WhenAll(waiting);
        Assert.Contains("opened anew", ExpectMsg<Warning>(Patience).ToString(), StringComparison.Ordinal);
        Assert.Equal(11, Table.Count);
        Assert.Equal([1], Table.Find(1));
    }

    [Fact]
    public async Task Direct_reads_during_a_restart_wait_for_it()
    {
        const int Restarts = 8;
        await Table.AddAsync(1, [1]);
        using var end = new CancellationTokenSource();

        // On threads of their own: on the pool's they would keep the messages of the restart waiting.
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!end.IsCancellationRequested)
                    AssertWords(Table.Find(1), 1);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        for (int i = 0; i < Restarts; i++)
        {
            Batches.Dispose();
            await Table.ReplaceAsync(1, [1]);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_direct_read_in_the_middle_of_a_stop_says_so()
    {
        await Table.AddAsync(1, [1]);
        Task reader = Task.Run(() =>
        {
            while (true)
                AssertWords(Table.Find(1), 1);
        });
        Sys.Stop(Table.Actor);
        await Assert.ThrowsAsync<TableClosedException>(() => reader);
    }

    [Fact]
    public async Task Poison_lets_the_actor_finish_what_waits_and_refuses_what_comes_after()
    {
        Watch(Table.Actor);
        Task[] before;
        Task after;
        using (HoldLock())
        {
            before = [.. Enumerable.Range(0, 10).Select(key => Table.AddAsync(key, [key]))];
            Table.Actor.Tell(PoisonPill.Instance);
            after = Table.AddAsync(10, [10]);
            await Assert.ThrowsAsync<TableClosedException>(() => after);
        }

        await Task.WhenAll(before);
        ExpectTerminated(Table.Actor, Patience);
        Assert.Equal(10, Temp.Open().Count);
    }

    [Fact]
    public async Task A_killed_actor_answers_what_waits()
    {
        Task waiting;
        using (HoldLock())
        {
            waiting = Table.AddAsync(1, [1]);
            Table.Actor.Tell(Kill.Instance);
            await Assert.ThrowsAsync<TableClosedException>(() => waiting);
        }
    }

    [Fact]
    public async Task A_stopped_table_can_be_opened_again()
    {
        await Table.AddAsync(1, [1]);
        Table.Actor.Tell(PoisonPill.Instance);
        TableRef again = Sys.Netshm().OpenTable("test");
        Assert.NotSame(Table, again);
        AssertWords(await again.FindAsync(1), 1);
        await Assert.ThrowsAsync<TableClosedException>(() => Table.FindAsync(1));
    }

    [Fact]
    public async Task The_end_of_the_actor_system_finishes_what_waits()
    {
        Task[] waiting = [.. Enumerable.Range(0, 1000).Select(key => Table.AddAsync(key, [key]))];
        await Sys.Terminate();
        await Task.WhenAll(waiting);
        await Assert.ThrowsAsync<TableClosedException>(() => Table.AddAsync(1, [1]));
        Assert.Equal(1000, Temp.Open().Count);
    }

    [Fact]
    public async Task Concurrent_requests_and_a_stop_leave_no_promise_open()
    {
        using var stop = new CancellationTokenSource();
        Task<(int Done, int Closed)>[] senders = [.. Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            int done = 0;
            int closed = 0;
            while (closed < 100)
            {
                try
                {
                    await Table.AddAsync(sender, [done]);
                    done++;
                }
                catch (TableClosedException)
                {
                    closed++;
                }
            }

            return (done, closed);
        }))];
        await Table.AddAsync(100, [1]);
        Sys.Stop(Table.Actor);
        (int Done, int Closed)[] results = await Task.WhenAll(senders).WaitAsync(Patience);
        Assert.Equal(results.Sum(result => result.Done) + 1, Temp.Open().Count);
    }
}
