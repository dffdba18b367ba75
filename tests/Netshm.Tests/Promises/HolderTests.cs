using System.Diagnostics;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>
/// Promise 3: a killed holder of the lock delays others by at most 50 ms (99th percentile) and 500 ms at worst; a stopped
/// one only causes timeouts. <c>NETSHM_HOLDERS</c> says how many holders, and has the figures asserted: they are meant for
/// a machine that does nothing else.
/// </summary>
[Collection(nameof(MeasuringAlone))]
public class HolderTests(ITestOutputHelper output)
{
    private const string Variable = "NETSHM_HOLDERS";
    private const int Bindings = 1000;

    private static readonly TimeSpan s_worst = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_usual = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_lateness = TimeSpan.FromMilliseconds(20);

    private static bool IsLong => Environment.GetEnvironmentVariable(Variable) is not null;

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void A_killed_holder_delays_others_for_a_moment(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = Filled(temp);
        int recoveries = 0;
        table.Recovered += _ => Interlocked.Increment(ref recoveries);
        var delays = new Durations();
        int rounds = LongForm.Rounds(Variable, shortForm: 12);
        for (int round = 0; round < rounds; round++)
        {
            using ChildProcess holder =
                WorkerProcess.Start("write-and-hold", temp.Name.ToString(), $"{locking}");
            Assert.Equal("ready", holder.ReadLine());
            Assert.Equal("held", holder.Ask("hold"));
            delays.Add(DelayOf(round % 2 == 0 ? () => table.Replace(1, [1]) : () => table.Find(1), holder));
        }

        output.WriteLine($"{locking}, killed: {delays}; {recoveries} recoveries");
        Assert.Equal(Bindings, table.Count);
        if (!IsLong)
            return;
        Assert.InRange(delays.Percentile(99), TimeSpan.Zero, s_usual);
        Assert.InRange(delays.Percentile(100), TimeSpan.Zero, s_worst);
    }

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void A_stopped_holder_only_causes_timeouts(LockingMethod locking)
    {
        var timeout = TimeSpan.FromMilliseconds(50);
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        _ = Filled(temp);
        ShmTable table = temp.Open(temp.Options with { LockTimeout = timeout });
        var lateness = new Durations();
        using ChildProcess holder = WorkerProcess.Start("write-and-hold", temp.Name.ToString(), $"{locking}");
        Assert.Equal("ready", holder.ReadLine());
        Assert.Equal("held", holder.Ask("hold"));
        holder.Signal("STOP");
        Action[] operations =
        [
            () => table.Replace(1, [2]),
            () => table.Add(-1, [2]),
            () => table.Remove(1),
            () => table.Find(1),
            () => table.FindAll(1),
            () => table.IterateKeys(_ => Assert.Fail("came in")),
            () => table.Group(() => Assert.Fail("came in")),
            () => table.Group(() => Assert.Fail("came in"), GroupIntent.Read),
        ];
        for (int round = 0; round < LongForm.Rounds(Variable, shortForm: 2); round++)
        {
            foreach (Action operation in operations)
            {
                long start = Stopwatch.GetTimestamp();
                LockTimeoutException e = Assert.Throws<LockTimeoutException>(operation);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
                Assert.True(elapsed >= timeout, $"{elapsed} is before the deadline: {e.Message}");
                lateness.Add(elapsed - timeout);
            }
        }

        holder.Signal("CONT");
        holder.WriteLine("release");
        holder.Finish();
        Assert.Equal([1], temp.Open().Find(1));
        Assert.Equal(Bindings, table.Count);
        Assert.Null(table.LastRecovery);
        output.WriteLine($"{locking}, stopped, after the deadline: {lateness}");
        if (IsLong)
            Assert.InRange(lateness.Percentile(50), TimeSpan.Zero, s_lateness);
    }

    [Fact]
    public void Reads_of_other_keys_go_on_while_a_holder_is_stopped()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        ShmTable table = Filled(temp);
        using ChildProcess holder = WorkerProcess.Start("write-and-hold", temp.Name.ToString(), "Futex");
        Assert.Equal("ready", holder.ReadLine());
        Assert.Equal("held", holder.Ask("hold"));
        holder.Signal("STOP");
        ShmTable hasty = temp.Open(temp.Options with { LockTimeout = TimeSpan.Zero });
        int found = 0;
        for (int key = 0; key < Bindings; key++)
        {
            try
            {
                Assert.Equal([key], hasty.Find(key));
                found++;
            }
            catch (LockTimeoutException)
            {
                // One of the ten keys that the holder has written, or one that shares a sequence word with them.
            }
        }

        holder.Signal("CONT");
        holder.WriteLine("release");
        holder.Finish();
        output.WriteLine($"{found} of {Bindings} keys could be read");
        Assert.InRange(found, Bindings / 2, Bindings - 10);
        Assert.Equal(Bindings, table.Count);
    }

    private static ShmTable Filled(TempTable temp)
    {
        ShmTable table = temp.Open();
        for (int key = 0; key < Bindings; key++)
            table.Add(key, [key]);
        return table;
    }

    /// <summary>How much later than the holder's death, or its own beginning, an operation is done.</summary>
    private static TimeSpan DelayOf(Action operation, ChildProcess holder)
    {
        long begun = 0;
        long done = 0;
        using var begins = new ManualResetEventSlim();
        var waiter = new Thread(() =>
        {
            begins.Set();
            Volatile.Write(ref begun, Stopwatch.GetTimestamp());
            operation();
            Volatile.Write(ref done, Stopwatch.GetTimestamp());
        });
        waiter.Start();
        begins.Wait();
        Thread.Yield(); // So that the operation mostly waits already; it makes no difference if it does not.
        long killed = Stopwatch.GetTimestamp();
        holder.Kill();
        waiter.Join();
        return Stopwatch.GetElapsedTime(Math.Max(killed, begun), done);
    }
}

/// <summary>Tests that measure times, during which no other test runs.</summary>
[CollectionDefinition(nameof(MeasuringAlone), DisableParallelization = true)]
public static class MeasuringAlone;
