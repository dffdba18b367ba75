using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>How long operations wait by default, and what is said of whom they waited for.</summary>
public class LockTimeoutTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(LockingMethod.None, 5)]
    [InlineData(LockingMethod.Futex, 5)]
    [InlineData(LockingMethod.Record, null)]
    public void The_default_is_five_seconds_but_for_ever_under_record_locks(LockingMethod locking, int? seconds)
    {
        TimeSpan expected = seconds is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds.Value);
        Assert.Equal(expected, new ShmTableOptions().LockTimeoutUnder(locking));
        Assert.Equal(s_short, new ShmTableOptions { LockTimeout = s_short }.LockTimeoutUnder(locking));
    }

    [Fact]
    public void Opening_waits_for_its_own_time_or_that_of_operations_or_thirty_seconds()
    {
        var options = new ShmTableOptions();
        Assert.Equal(TimeSpan.FromSeconds(30), options.EffectiveOpenTimeout);
        Assert.Equal(s_short, (options with { LockTimeout = s_short }).EffectiveOpenTimeout);
        Assert.Equal(s_short, (options with { OpenTimeout = s_short, LockTimeout = TimeSpan.Zero }).EffectiveOpenTimeout);
    }

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.None)]
    public void By_default_a_thread_does_not_wait_for_ever(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holder = new Thread(() => table.Group(() =>
        {
            held.Set();
            release.Wait();
        }));
        holder.Start();
        held.Wait();
        Assert.Throws<LockTimeoutException>(() => table.Add(1, [1]));
        release.Set();
        holder.Join();
        table.Add(1, [1]);
    }

    [Fact]
    public void By_default_a_stopped_holder_with_futex_locking_ends_in_an_exception_that_names_its_process()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        ShmTable table = temp.Open();
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), "Futex", "Write");
        Assert.Equal("held", holder.ReadLine());
        holder.Signal("STOP");
        LockTimeoutException e = Assert.Throws<LockTimeoutException>(() => table.Add(1, [1]));
        holder.Signal("CONT");
        Assert.Contains("slot 1", e.Message, StringComparison.Ordinal);
        Assert.Contains($"process {holder.Id}", e.Message, StringComparison.Ordinal);
        Assert.Contains("for at least", e.Message, StringComparison.Ordinal);
        holder.WriteLine("release");
        holder.Finish();
        table.Add(1, [1]);
    }

    [Fact]
    public void A_holder_with_record_locking_is_named_by_its_process()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record, LockTimeout = s_short });
        ShmTable table = temp.Open();
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), "Record", "Write");
        Assert.Equal("held", holder.ReadLine());
        var attempts = new Action[]
        {
            () => table.Add(1, [1]),
            () => _ = table.Count,
            () => table.Group(() => { }, GroupIntent.Read),
        };
        Assert.All(attempts, attempt => Assert.Contains(
            $"process {holder.Id}", Assert.Throws<LockTimeoutException>(attempt).Message, StringComparison.Ordinal));
        holder.WriteLine("release");
        holder.Finish();
    }

    /// <summary>With a deadline the kernel would not see the cycle: see docs/Locking.md, "Deadlocks".</summary>
    [Fact]
    public void By_default_record_locking_waits_where_the_kernel_finds_deadlocks()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using ShmTable table = temp.Open();
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), "Record", "Write");
        Assert.Equal("held", holder.ReadLine());
        var waiter = new Thread(() => table.Add(1, [1]));
        waiter.Start();
        Assert.True(SpinWait.SpinUntil(() => KernelLocks.IsWaitedFor(temp.Name), TimeSpan.FromSeconds(30)));
        holder.WriteLine("release");
        holder.Finish();
        waiter.Join();
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public void Opening_does_not_wait_for_ever_for_one_that_has_stopped_while_it_opens()
    {
        using var temp = new TempTable(options: new ShmTableOptions { LockTimeout = s_short });
        temp.Open().Dispose();
        using ChildProcess opener = WorkerProcess.Start("hold-byte", temp.Name.LockPath, $"{ByteRangeLock.FirstReserved}");
        Assert.Equal("held", opener.ReadLine());
        LockTimeoutException e = Assert.Throws<LockTimeoutException>(() => temp.Open());
        Assert.Contains($"process {opener.Id}", e.Message, StringComparison.Ordinal);
        opener.WriteLine("release");
        opener.Finish();
    }

    [Fact]
    public void Recovery_under_record_locks_waits_for_readers_no_longer_than_operations_do()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record, LockTimeout = s_short });
        ShmTable table = temp.Open();
        for (int key = 0; key < 10; key++)
            table.Add(key, [key]);
        using ChildProcess victim = WorkerProcess.Start("write-and-hold", temp.Name.ToString(), "Record");
        Assert.Equal("ready", victim.ReadLine());
        Assert.Equal("held", victim.Ask("hold"));
        victim.Kill();

        // Recovery needs all bindings; one that is being read, or that nobody lets go of, keeps it from that.
        int page = table.Memory[1, 8];
        using ChildProcess reader = WorkerProcess.Start(
            "hold-byte", temp.Name.LockPath, $"{page * table.Memory.WordsPerPage}");
        Assert.Equal("held", reader.ReadLine());
        LockTimeoutException e = Assert.Throws<LockTimeoutException>(() => table.Add(10, [10]));
        Assert.Contains($"process {reader.Id}", e.Message, StringComparison.Ordinal);
        reader.WriteLine("release");
        reader.Finish();
        table.Add(10, [10]);
        Assert.NotNull(table.LastRecovery);
        Assert.Equal(11, table.Count);
    }
}
