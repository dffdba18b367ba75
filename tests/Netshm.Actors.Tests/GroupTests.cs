using System.Diagnostics;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>Groups with a delegate.</summary>
public sealed class GroupTests : TableSpec
{
    private static readonly TimeSpan s_groupTimeout = TimeSpan.FromMilliseconds(200);

    public GroupTests()
        : base("group-timeout = 1s")
    {
    }

    [Fact]
    public async Task A_body_has_the_verbs_of_the_table_and_returns_its_result()
    {
        string result = await Table.GroupAsync(group =>
        {
            group.Add(1, [1]);
            group.Add(1, [2]);
            group.Replace(2, [3]);
            Assert.Equal(3, group.Count);
            Assert.Equal([2], group.Find(1));
            Assert.Equal([[2], [1]], group.FindAll(1));
            Assert.True(group.Remove(1));
            Assert.Equal([1], group.TryFind(1)!);
            Assert.Null(group.TryFind(3));
            Assert.False(group.Contains(3));
            Assert.Throws<KeyNotFoundException>(() => group.Find(3));
            return "done";
        });
        Assert.Equal("done", result);
        Assert.Equal(2, Table.Count);
    }

    [Fact]
    public async Task Bodies_that_read_and_then_write_lose_no_update()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Table.GroupAsync(
            group => group.Replace(1, [(group.TryFind(1)?[0] ?? 0) + 1]))));
        Assert.Equal([200], Table.Find(1));
    }

    [Fact]
    public async Task An_endless_body_loses_the_table_and_others_go_on()
    {
        using var end = new ManualResetEventSlim();
        var afterwards = new TaskCompletionSource<Exception?>();
        Task endless = Table.GroupAsync(group =>
        {
            group.Add(1, [1]);
            end.Wait();
            afterwards.SetResult(Record.Exception(() => group.Add(2, [2])));
        });
        Task other = Table.AddAsync(3, [3]);
        await Assert.ThrowsAsync<GroupTimeoutException>(() => endless);
        await other;
        end.Set();
        Assert.IsType<GroupTimeoutException>(await afterwards.Task);
        Assert.True(Table.Contains(1));
        Assert.False(Table.Contains(2));
        Assert.True(Table.Contains(3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task No_call_of_a_busy_body_is_answered_after_its_time(int threads)
    {
        for (int round = 0; round < 3; round++)
        {
            int late = 0;
            Task busy = Table.GroupAsync(group => Parallel.For(
                0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads },
                _ => CallUntilRefused(group, ref late)));
            Task other = Table.AddAsync(3, [3]);
            await Assert.ThrowsAsync<GroupTimeoutException>(() => busy);
            await other;
            Assert.Equal(0, late);
        }
    }

    [Fact]
    public async Task An_update_whose_function_does_not_end_loses_the_table()
    {
        TypedTableRef<int, int> typed = Sys.Netshm().OpenTable("test", DataManagers.Int32, DataManagers.Int32);
        using var end = new ManualResetEventSlim();
        Task<int> endless = typed.UpdateAsync(1, 0, value =>
        {
            end.Wait();
            return value;
        });
        await Assert.ThrowsAsync<GroupTimeoutException>(() => endless);
        await typed.AddAsync(2, 2);
        end.Set();
    }

    [Fact]
    public async Task A_value_whose_encoding_does_not_end_loses_the_table()
    {
        using var slow = new SlowNumbers();
        TypedTableRef<int, int> typed = Sys.Netshm().OpenTable("test", DataManagers.Int32, slow);
        Task<int> endless = typed.UpdateAsync(1, 0, static value => value + 1);
        await Assert.ThrowsAsync<GroupTimeoutException>(() => endless.WaitAsync(Patience));
        await Table.AddAsync(3, [3]).WaitAsync(Patience);
        slow.End.Set();
    }

    [Fact]
    public async Task A_deadline_before_the_group_timeout_bounds_the_body_too()
    {
        using var end = new ManualResetEventSlim();
        Task endless = Table.GroupAsync(_ => end.Wait(), timeout: s_groupTimeout / 4);
        await Assert.ThrowsAsync<GroupTimeoutException>(() => endless);
        end.Set();
    }

    [Fact]
    public async Task A_group_cannot_be_used_after_its_body_has_returned()
    {
        TableGroup kept = await Table.GroupAsync(group => group);
        Assert.Throws<GroupTimeoutException>(() => kept.Count);
    }

    [Fact]
    public async Task What_a_throwing_body_did_before_stays_done()
    {
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Table.GroupAsync(void (TableGroup group) =>
        {
            group.Add(1, [1]);
            throw new InvalidTimeZoneException("thrown on purpose");
        }));
        Assert.True(Table.Contains(1));
    }

    [Theory]
    [MemberData(nameof(FailuresOfOtherTables))]
    public async Task What_a_body_met_in_another_table_is_its_own_failure(NetshmException failure)
    {
        int runs = 0;
        Exception? met = await Record.ExceptionAsync(() => Table.GroupAsync(int (TableGroup _) =>
        {
            runs++;
            throw failure;
        }));
        Assert.Same(failure, met);
        Assert.Equal(1, runs);
        Assert.False(Table.IsClosed);
        await Table.AddAsync(1, [1]);
    }

    [Fact]
    public async Task A_deadlock_over_two_tables_and_two_processes_ends_with_the_group_timeout()
    {
        using var other = new TempTable();
        ShmTable otherTable = other.Open();
        using ChildProcess worker = WorkerProcess.Start(
            "two-tables", other.Name.ToString(), Temp.Name.ToString(), nameof(LockingMethod.Futex));
        Assert.Equal("ready", worker.ReadLine());
        Assert.Equal("outer", worker.Ask("lock the other table"));
        var bodyHasBothTables = new TaskCompletionSource();
        Task group = Table.GroupAsync(mine =>
        {
            mine.Replace(0, [10]);
            worker.WriteLine("want this table too");
            otherTable.Replace(1, [1]);
            bodyHasBothTables.SetResult();
        });
        await Assert.ThrowsAsync<GroupTimeoutException>(() => group);
        Assert.Equal("done", worker.ReadLine());
        await bodyHasBothTables.Task.WaitAsync(Patience);
        Assert.Equal([11], Table.Find(0));
        Assert.Equal([1], otherTable.Find(0));
    }

    /// <summary>Calls the group without a pause, and counts the calls that are begun too late and answered.</summary>
    private static void CallUntilRefused(TableGroup group, ref int late)
    {
        // The body's time began before this, so what is begun after it is certainly too late.
        for (long start = Stopwatch.GetTimestamp(); late == 0;)
        {
            bool isLate = Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(1);
            _ = group.Contains(1);
            if (isLate)
                Interlocked.Increment(ref late);
        }
    }

    /// <summary>Numbers that take until the end of the test to be encoded.</summary>
    private sealed class SlowNumbers : DataManager<int>, IDisposable
    {
        public ManualResetEventSlim End { get; } = new();

        public override int LengthInWords(int value) => 1;

        public override void Encode(int value, Span<int> destination)
        {
            End.Wait();
            destination[0] = value;
        }

        public override int Decode(ReadOnlySpan<int> words) => words[0];

        public void Dispose() => End.Dispose();
    }

    public static TheoryData<NetshmException> FailuresOfOtherTables() =>
    [
        new DeadlockException("another table"),
        new LockTimeoutException("another table"),
        new CorruptFileException("another table", page: 1, word: 0, "damage"),
    ];
}
