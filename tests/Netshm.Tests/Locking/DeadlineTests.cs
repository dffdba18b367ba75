using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>Times to wait of any length.</summary>
public class DeadlineTests
{
    public static TheoryData<LockingMethod, TimeSpan> LongTimes()
    {
        var data = new TheoryData<LockingMethod, TimeSpan>();
        foreach (LockingMethod locking in (LockingMethod[])[LockingMethod.Futex, LockingMethod.Record, LockingMethod.None])
        {
            data.Add(locking, TimeSpan.FromMilliseconds((double)int.MaxValue + 1));
            data.Add(locking, TimeSpan.FromMilliseconds((double)uint.MaxValue + 1));
            data.Add(locking, TimeSpan.FromDays(365_000));
            data.Add(locking, TimeSpan.MaxValue);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LongTimes))]
    public void A_thread_that_may_wait_very_long_gets_the_lock_when_it_is_free(LockingMethod locking, TimeSpan timeout)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, LockTimeout = timeout });
        ShmTable table = temp.Open();
        Exception? failure = null;
        var waiting = new Thread(() => failure = Record.Exception(() => table.Replace(1, [2])));

        table.Group(() =>
        {
            waiting.Start();
            WaitUntilItSleepsOrEnds(waiting);
        });
        waiting.Join();

        Assert.Null(failure);
        Assert.Equal([2], table.Find(1));
    }

    [Theory]
    [MemberData(nameof(LongTimes))]
    public void A_process_that_may_wait_very_long_gets_the_lock_when_it_is_free(LockingMethod locking, TimeSpan timeout)
    {
        if (locking == LockingMethod.None)
            return; // For one process.
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, LockTimeout = timeout });
        ShmTable table = temp.Open();
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), locking.ToString(), "Write");
        Assert.Equal("held", holder.ReadLine());
        Exception? failure = null;
        var waiting = new Thread(() => failure = Record.Exception(() => table.Replace(1, [2])));
        waiting.Start();

        // Where it can't be seen that the thread waits in the kernel, it comes too late at worst, and finds the lock free.
        _ = SpinWait.SpinUntil(() => !waiting.IsAlive, TimeSpan.FromMilliseconds(20));
        holder.WriteLine("");
        waiting.Join();

        Assert.Null(failure);
        Assert.Equal([2], table.Find(1));
    }

    [Theory]
    [MemberData(nameof(LongTimes))]
    public void A_very_long_deadline_has_not_passed(LockingMethod locking, TimeSpan timeout)
    {
        _ = locking;
        Deadline deadline = Deadline.After(timeout);

        Assert.False(deadline.HasPassed);
        Assert.NotEqual(TimeSpan.Zero, deadline.Remaining);
        Assert.False(deadline.ButAtMost(timeout).HasPassed);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-0.0001)]
    [InlineData(-1e9)]
    public void A_negative_time_that_is_not_infinite_is_refused_wherever_one_comes_in(double milliseconds)
    {
        var time = TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
        using var temp = new TempTable(options: new ShmTableOptions { ChangeFeedCapacity = 16 });
        ChangeReader reader = temp.Open().ReadChanges();

        Action[] uses =
        [
            () => _ = new ShmTableOptions { LockTimeout = time },
            () => _ = new ShmTableOptions { OpenTimeout = time },
            () => reader.Wait(time),
        ];

        Assert.All(uses, use =>
        {
            ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(use);
            Assert.Equal(time, e.ActualValue);
        });
    }

    [Fact]
    public void An_infinite_time_is_none_of_these()
    {
        var options = new ShmTableOptions { LockTimeout = Timeout.InfiniteTimeSpan, OpenTimeout = Timeout.InfiniteTimeSpan };

        Assert.True(Deadline.After(options.LockTimeout.Value).IsNever);
    }

    [Fact]
    public void A_reader_of_changes_that_may_wait_very_long_wakes_with_a_change()
    {
        using var temp = new TempTable(options: new ShmTableOptions { ChangeFeedCapacity = 16 });
        ShmTable table = temp.Open();
        ChangeReader reader = table.ReadChanges();
        bool? hasChange = null;
        var waiting = new Thread(() => hasChange = reader.Wait(TimeSpan.MaxValue));
        waiting.Start();

        table.Add(1, [2]);
        waiting.Join();

        Assert.True(hasChange);
    }

    private static void WaitUntilItSleepsOrEnds(Thread thread) => SpinWait.SpinUntil(
        () => !thread.IsAlive || thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
}
