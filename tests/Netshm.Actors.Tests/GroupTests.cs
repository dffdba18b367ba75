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
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Table.GroupAsync(group =>
        {
            group.Add(1, [1]);
            throw new InvalidTimeZoneException("thrown on purpose");
        }));
        Assert.True(Table.Contains(1));
    }

    [Fact]
    public async Task A_deadlock_is_tried_again_until_it_is_gone()
    {
        int runs = 0;
        int result = await Table.GroupAsync(
            _ => ++runs < 5 ? throw new DeadlockException("made up") : runs);
        Assert.Equal(5, result);
    }

    [Fact]
    public async Task A_deadlock_that_stays_is_answered_at_the_deadline()
    {
        int runs = 0;
        var failure = await Assert.ThrowsAnyAsync<NetshmException>(() => Table.GroupAsync<int>(
            _ => throw new DeadlockException($"made up: {Interlocked.Increment(ref runs)}"), s_groupTimeout));

        // The deadline passes between two runs, or within one.
        Assert.True(failure is RequestTimeoutException or GroupTimeoutException, failure.ToString());
        Assert.True(runs > 1);
        await Table.AddAsync(1, [1]);
    }

    [Fact]
    public async Task A_deadlock_after_a_modification_is_not_tried_again()
    {
        int runs = 0;
        var failure = await Assert.ThrowsAsync<IncompleteGroupException>(() => Table.GroupAsync<int>(group =>
        {
            group.Add(1, [++runs]);
            throw new DeadlockException("made up");
        }));
        Assert.IsType<DeadlockException>(failure.InnerException);
        Assert.Equal(1, failure.ModificationsDone);
        Assert.Equal([1], Table.Find(1));
    }
}
