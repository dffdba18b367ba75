using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>Groups within one process: nesting, intents, threads.</summary>
public class GroupTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    public async Task Grouped_increments_of_threads_on_two_handles_are_all_counted(LockingMethod locking)
    {
        const int Threads = 4;
        const int Increments = 5000;
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable[] handles = [temp.Open(), temp.Open()];
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => OnThread(() =>
        {
            for (int i = 0; i < Increments; i++)
                Increment(handles[thread % 2]);
        })));
        Assert.Equal([Threads * Increments], handles[0].Find(1));
    }

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    public async Task Readers_never_see_a_torn_value(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        table.Add(1, new int[200]);
        using var stop = new CancellationTokenSource();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => OnThread(() =>
        {
            int[] value = new int[300];
            while (!stop.IsCancellationRequested)
            {
                Assert.True(table.TryFind(1, value, out int length));
                Assert.Equal(200 + (value[0] % 100), length);
                Assert.Equal(-1, value.AsSpan(0, length).IndexOfAnyExcept(value[0]));
            }
        }))];
        for (int i = 0; i < 5000; i++)
            table.Replace(1, [.. Enumerable.Repeat(i, 200 + (i % 100))]);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public void Groups_nest_and_the_outermost_one_ends_the_lock()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        int result = table.Group(() => table.Group(() =>
        {
            Increment(table);
            return table.Group(() => table.Find(1)[0], GroupIntent.Read);
        }));
        Assert.Equal(1, result);
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public void A_reading_group_refuses_modifications_and_writing_groups()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Group(
            () =>
            {
                Assert.False(table.Contains(1));
                Assert.Throws<InvalidTableOperationException>(() => table.Add(1, []));
                Assert.Throws<InvalidTableOperationException>(() => table.Group(() => { }));
            },
            GroupIntent.Read);
        table.Add(1, []);
        Assert.True(table.Contains(1));
    }

    [Fact]
    public void An_exception_leaves_what_was_done_and_no_lock()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        Assert.Throws<TimeoutException>(() => table.Group(void () =>
        {
            table.Add(1, [1]);
            throw new TimeoutException();
        }));
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public async Task Two_threads_that_upgrade_at_once_get_one_deadlock()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        using var bothHaveRead = new Barrier(2);
        for (int round = 0; round < 100; round++)
        {
            int deadlocks = 0;
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OnThread(() =>
            {
                if (!TryIncrement())
                {
                    Interlocked.Increment(ref deadlocks);

                    // It may read again before the other one is seen to wait, and then is once more the one too many.
                    while (!TryIncrement(meet: false))
                        Thread.Yield();
                }
            })));
            Assert.Equal(1, deadlocks);
        }

        Assert.Equal([200], table.Find(1));

        bool TryIncrement(bool meet = true)
        {
            try
            {
                table.Group(
                    () =>
                    {
                        _ = table.Contains(1);
                        if (meet)
                            Assert.True(bothHaveRead.SignalAndWait(s_patience));
                        Increment(table);
                    },
                    GroupIntent.OnDemand);
                return true;
            }
            catch (DeadlockException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Two_threads_with_two_tables_in_opposite_order_get_one_deadlock()
    {
        using var temp1 = new TempTable();
        using var temp2 = new TempTable();
        ShmTable[] tables = [temp1.Open(), temp2.Open()];
        using var bothHaveOne = new Barrier(2);
        for (int round = 0; round < 100; round++)
        {
            int deadlocks = 0;
            await Task.WhenAll(Enumerable.Range(0, 2).Select(first => OnThread(() =>
            {
                try
                {
                    tables[first].Group(() =>
                    {
                        Assert.True(bothHaveOne.SignalAndWait(s_patience));
                        Increment(tables[1 - first]);
                    });
                }
                catch (DeadlockException)
                {
                    Interlocked.Increment(ref deadlocks);
                }
            })));
            Assert.Equal(1, deadlocks);
        }
    }

    [Fact]
    public async Task Threads_without_a_cycle_get_no_deadlock()
    {
        const int Rounds = 10_000;
        using var temp1 = new TempTable();
        using var temp2 = new TempTable();
        ShmTable[] tables = [temp1.Open(), temp2.Open()];
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => OnThread(() =>
        {
            for (int round = 0; round < Rounds / 3; round++)
                tables[0].Group(() => tables[1].Group(() => Increment(tables[1])));
        })));
        Assert.Equal([Rounds / 3 * 3], tables[1].Find(1));
    }

    [Fact]
    public async Task A_thread_waits_for_a_group_until_its_deadline_and_not_longer()
    {
        using var temp = new TempTable();
        ShmTable patient = temp.Open();
        ShmTable hasty = temp.Open(new ShmTableOptions { LockTimeout = TimeSpan.FromMilliseconds(50) });
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        Task holder = OnThread(() => patient.Group(() =>
        {
            held.Set();
            Assert.True(release.Wait(s_patience));
        }));
        Assert.True(held.Wait(s_patience));
        LockTimeoutException e = Assert.Throws<LockTimeoutException>(() => hasty.Replace(1, [1]));
        Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Throws<LockTimeoutException>(() => hasty.Count);
        release.Set();
        await holder;
        Assert.False(hasty.Contains(1));
    }

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Futex)]
    public async Task Readers_see_what_a_group_has_published_before_it_ends(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        using var published = new ManualResetEventSlim();
        using var read = new ManualResetEventSlim();
        Task writer = OnThread(() => table.Group(() =>
        {
            table.Add(1, [1]);
            table.PublishGroup();
            published.Set();
            Assert.True(read.Wait(s_patience));
        }));
        Assert.True(published.Wait(s_patience));
        Assert.Equal([1], table.Find(1));
        table.PublishGroup(); // Of no group of this thread: nothing happens.
        read.Set();
        await writer;
    }

    [Fact]
    public async Task Disposing_waits_for_a_group_of_another_thread()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        Task holder = OnThread(() => table.Group(() =>
        {
            held.Set();
            Assert.True(release.Wait(s_patience));
            Assert.Throws<ObjectDisposedException>(() => table.Add(1, [1]));
        }));
        Assert.True(held.Wait(s_patience));
        var disposer = new Thread(table.Dispose);
        disposer.Start();
        Assert.True(SpinWait.SpinUntil(() => disposer.ThreadState == System.Threading.ThreadState.WaitSleepJoin, s_patience));
        release.Set();
        await holder;
        Assert.True(disposer.Join(s_patience));
        Assert.Throws<ObjectDisposedException>(() => table.Contains(1));
    }

    [Fact]
    public void A_group_may_not_dispose_its_own_table()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Group(() => Assert.Throws<InvalidTableOperationException>(table.Dispose));
        table.Iterate((_, _) => Assert.Throws<InvalidTableOperationException>(table.Dispose));
        table.Add(1, [1]);
        Assert.Equal([1], table.Find(1));
    }

    private static void Increment(ShmTable table) => table.Group(() =>
    {
        Span<int> value = stackalloc int[1];
        value[0] = table.TryFind(1, value, out _) ? value[0] + 1 : 1;
        table.Replace(1, value);
    });

    private static Task OnThread(Action body) => Task.Factory.StartNew(
        body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
