using System.Diagnostics;
using Akka.Actor;
using Netshm.TestKit;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>What happens to requests while another process holds the lock: deadlines, cancellation, refusal.</summary>
public abstract class WaitingTests(string locking)
    : TableSpec($"locking = {locking}, max-queue = 100, lock-timeout = 50ms")
{
    [Fact]
    public async Task A_deadline_is_answered_while_the_lock_is_held_and_its_request_never_executed()
    {
        Task late;
        Task patient;
        using (ChildProcess holder = HoldLock())
        {
            var watch = Stopwatch.StartNew();
            late = Table.AddAsync(1, [1], TimeSpan.FromMilliseconds(100));
            patient = Table.AddAsync(2, [2]);
            await Assert.ThrowsAsync<RequestTimeoutException>(() => late);
            Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(99), Patience);
            Assert.False(patient.IsCompleted);
        }

        await patient;
        Assert.False(Table.Contains(1));
        Assert.True(Table.Contains(2));
    }

    [Fact]
    public async Task What_waits_when_the_table_is_given_up_is_not_executed()
    {
        using (HoldLock())
        {
            Task waiting = Table.AddAsync(1, [1]);
            Table.Abandon();
            await Assert.ThrowsAsync<TableClosedException>(() => waiting);
        }

        TableRef again = Sys.Netshm().OpenTable("test");
        await again.AddAsync(2, [2]);
        Assert.False(again.Contains(1));
    }

    [Fact]
    public async Task A_told_request_has_its_deadline_answered_by_a_failure()
    {
        using (HoldLock())
        {
            var request = new Add(1, [1]) { Timeout = TimeSpan.FromMilliseconds(50) };
            Table.Actor.Tell(request);
            var failure = ExpectMsg<Status.Failure>(Patience);
            Assert.IsType<RequestTimeoutException>(failure.Cause);
            Assert.Equal(request, failure.State);
        }

        await Table.AddAsync(2, [2]);
        Assert.False(Table.Contains(1));
    }

    [Fact]
    public async Task A_cancelled_request_is_not_executed()
    {
        using var source = new CancellationTokenSource();
        using (HoldLock())
        {
            Task cancelled = Table.AddAsync(1, [1], cancellationToken: source.Token);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        }

        await Table.AddAsync(2, [2]);
        Assert.False(Table.Contains(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Table.AddAsync(3, [3], cancellationToken: source.Token));
        Assert.False(Table.Contains(3));
    }

    [Fact]
    public async Task What_awaits_a_cancelled_request_does_not_hold_its_cancellation_up()
    {
        using var source = new CancellationTokenSource();
        using var cancelled = new ManualResetEventSlim();
        Task afterwards;
        using (HoldLock())
        {
            Task request = Table.AddAsync(1, [1], cancellationToken: source.Token);
            afterwards = request.ContinueWith(
                _ => cancelled.Wait(), default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            await Task.Run(source.Cancel).WaitAsync(Patience);
        }

        cancelled.Set();
        await afterwards;
    }

    [Fact]
    public async Task Cancelled_requests_leave_their_places_to_others()
    {
        using var source = new CancellationTokenSource();
        Task[] waiting;
        using (HoldLock())
        {
            Task[] cancelled = [.. Enumerable.Range(0, 100).Select(
                key => Table.AddAsync(key, [key], cancellationToken: source.Token))];
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(cancelled));
            waiting = [.. Enumerable.Range(100, 100).Select(key => Table.AddAsync(key, [key]))];
        }

        await Task.WhenAll(waiting);
        Assert.Equal(100, Table.Count);
    }

    [Fact]
    public async Task More_requests_than_may_wait_are_refused_at_once_and_the_others_executed()
    {
        Task[] waiting;
        using (HoldLock())
        {
            waiting = [.. Enumerable.Range(0, 100).Select(key => Table.AddAsync(key, [key]))];
            await Assert.ThrowsAsync<TableBusyException>(() => Table.AddAsync(100, [100]));
            Table.Actor.Tell(new Add(101, [101]));
            ExpectMsg(new Rejected(new Add(101, [101]), 100), Patience);
        }

        await Task.WhenAll(waiting);
        Assert.Equal(100, Table.Count);
    }

    [Fact]
    public void A_direct_read_waits_no_longer_than_the_lock_timeout()
    {
        using (HoldLock())
            Assert.Throws<LockTimeoutException>(() => Table.Count);
        Assert.Equal(0, Table.Count);
    }

    [Fact]
    public async Task Stopping_answers_what_waits_although_the_lock_is_held()
    {
        using ChildProcess holder = HoldLock();
        Task waiting = Table.AddAsync(1, [1]);
        Watch(Table.Actor);
        Sys.Stop(Table.Actor);
        await Assert.ThrowsAsync<TableClosedException>(() => waiting);
        ExpectTerminated(Table.Actor, Patience);
        await Assert.ThrowsAsync<TableClosedException>(() => Table.AddAsync(1, [1]));
        Assert.Throws<TableClosedException>(() => Table.Contains(1));
    }
}

/// <summary><see cref="WaitingTests"/> for a lock in shared memory.</summary>
public sealed class FutexWaitingTests() : WaitingTests("futex");

/// <summary><see cref="WaitingTests"/> for a lock of the kernel.</summary>
public sealed class RecordWaitingTests() : WaitingTests("record");
