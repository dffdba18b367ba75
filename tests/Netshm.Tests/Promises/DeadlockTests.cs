using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>
/// Promise 4: two processes that lock two tables in opposite order get exactly one Deadlock, within 100 ms; without a cycle
/// there is none. <c>NETSHM_DEADLOCKS</c> says how many rounds, and has the delays asserted: they are meant for a machine
/// that does nothing else.
/// </summary>
[Collection(nameof(MeasuringAlone))]
public class DeadlockTests(ITestOutputHelper output)
{
    private const string Variable = "NETSHM_DEADLOCKS";
    private const int ShortForm = 25;

    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public async Task Opposite_order_is_exactly_one_deadlock_a_round(LockingMethod locking)
    {
        using var temp1 = new TempTable(options: new ShmTableOptions { Locking = locking });
        using var temp2 = new TempTable(options: new ShmTableOptions { Locking = locking });
        using ShmTable table1 = temp1.Open();
        using ShmTable table2 = temp2.Open();
        using ChildProcess forward = StartReady(locking, temp1.Name, temp2.Name);
        using ChildProcess backward = StartReady(locking, temp2.Name, temp1.Name);
        var delays = new Durations();
        int rounds = LongForm.Rounds(Variable, ShortForm);
        for (int round = 0; round < rounds; round++)
        {
            Assert.Equal("outer", forward.Ask("start"));
            Assert.Equal("outer", backward.Ask("start"));
            long start = Stopwatch.GetTimestamp();
            Task<(string Result, TimeSpan Delay)> answer = AnswerAsync(forward, start);
            (string Result, TimeSpan Delay)[] answers = [Answer(backward, start), await answer];
            Assert.Equal(["deadlock", "done"], answers.Select(each => each.Result).Order());
            delays.Add(answers.Single(each => each.Result == "deadlock").Delay);
        }

        output.WriteLine($"{locking}, the Deadlock came after {delays}");
        Assert.Equal([rounds], table1.Find(0));
        Assert.Equal([rounds], table2.Find(0));
        if (Environment.GetEnvironmentVariable(Variable) is not null)
            Assert.InRange(delays.Percentile(100), TimeSpan.Zero, s_longest);
    }

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Without_a_cycle_no_thread_of_any_process_gets_a_deadlock(LockingMethod locking)
    {
        Seed seed = Seed.Take(output);
        var options = new ShmTableOptions { Locking = locking };
        using var first = new TempTable(options: options);
        using var second = new TempTable(options: options);
        using var third = new TempTable(options: options);
        string[] names = [first.Name.ToString(), second.Name.ToString(), third.Name.ToString()];
        string groups = Text(10 * LongForm.Rounds(Variable, ShortForm));
        using var workers = new DisposableList<ChildProcess>();
        for (int worker = 0; worker < 2; worker++)
        {
            workers.Add(WorkerProcess.Start(
                ["ordered-tables", .. names, $"{locking}", groups, Text((seed.Value / 2) + (100 * worker))]));
        }

        string[] answers = [.. workers.Select(worker => worker.ReadLine())];
        output.WriteLine($"{locking}: groups, deadlocks: {string.Join("; ", answers)}");
        Assert.All(answers, answer => Assert.EndsWith(" 0", answer, StringComparison.Ordinal));
    }

    /// <summary>Lets a worker go on, on a thread of its own, so that neither's answer has to wait for the other's.</summary>
    private static Task<(string Result, TimeSpan Delay)> AnswerAsync(ChildProcess worker, long start) => Task.Factory.StartNew(
        () => Answer(worker, start), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static (string Result, TimeSpan Delay) Answer(ChildProcess worker, long start) =>
        (worker.Ask("go on"), Stopwatch.GetElapsedTime(start));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ChildProcess StartReady(LockingMethod locking, SharedMemoryName outer, SharedMemoryName inner)
    {
        ChildProcess worker = WorkerProcess.Start("two-tables", outer.ToString(), inner.ToString(), $"{locking}");
        Assert.Equal("ready", worker.ReadLine());
        return worker;
    }
}
