using Netshm.TestKit;
using Netshm.Worker;

namespace Netshm.Tests.Feed;

/// <summary>How a table comes to its feed, how numbers go on, and how readers wait.</summary>
public class ChangeFeedLifeTests : IDisposable
{
    private static readonly ShmTableOptions s_withFeed = new() { ChangeFeedCapacity = 100 };

    private readonly TempTable _temp = new();

    /// <summary>Closes, checks and unlinks the table.</summary>
    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_table_has_no_feed_unless_it_is_asked_for()
    {
        ShmTable table = _temp.Open();
        Assert.False(table.HasChangeFeed);
        var e = Assert.Throws<InvalidTableOperationException>(() => table.Changes());
        Assert.Contains(nameof(ShmTableOptions.ChangeFeedCapacity), e.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidTableOperationException>(() => table.LastChange);
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.None)]
    public void Other_locking_is_refused(LockingMethod locking)
    {
        var e = Assert.Throws<InvalidTableOperationException>(
            () => _temp.Open(s_withFeed with { Locking = locking }));
        Assert.Contains($"{locking}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData((1 << 24) + 1)]
    public void Impossible_capacities_are_refused(int capacity) => Assert.Throws<ArgumentOutOfRangeException>(
        () => _temp.Open(new ShmTableOptions { ChangeFeedCapacity = capacity }));

    [Fact]
    public void A_table_that_is_in_use_without_a_feed_gets_none()
    {
        using ChildProcess user = WorkerProcess.Start("hold", _temp.Name.ToString(), "Futex", "Read");
        Assert.Equal("held", user.ReadLine());
        var e = Assert.Throws<InvalidTableOperationException>(() => _temp.Open(s_withFeed));
        Assert.Contains("in use without a change feed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_user_can_give_a_feed_to_a_table_that_has_none()
    {
        using (ShmTable before = _temp.Open())
            before.Add(1, [1]);
        ShmTable table = _temp.Open(s_withFeed);
        Assert.Equal([1], table.Find(1));
        Assert.Equal(ChangeKind.Gap, Assert.Single(ReadAll(table)).Kind); // It can't tell what was before.
        table.Add(2, []);
        Assert.Equal([1, 2], ReadAll(table).Select(change => (int)change.Number));
    }

    [Fact]
    public void All_users_feed_it_whether_they_ask_for_it_or_not()
    {
        ShmTable table = _temp.Open(s_withFeed);
        using ChildProcess other = WorkerProcess.Start("increment", _temp.Name.ToString(), "Futex", "5", "10");
        _ = other.Finish();
        ChangeReplay replay = ChangeReplay.Of(table);
        Assert.True(replay.Last > 0);
        Assert.Equal(ChangeReplay.Describe(table), replay.ToString());
    }

    [Fact]
    public void Numbers_go_on_after_the_last_user_with_a_gap_for_what_nobody_saw()
    {
        using (ShmTable first = _temp.Open(s_withFeed))
            first.Add(1, []);
        string path = _temp.Name.MemoryPath;
        byte[] older = File.ReadAllBytes(path);
        using (ShmTable second = _temp.Open(new ShmTableOptions()))
            second.Add(2, []);
        File.WriteAllBytes(path, older); // What was added since is gone, and nobody has said so.
        ShmTable table = _temp.Open(new ShmTableOptions { Locking = LockingMethod.Futex });
        table.Add(3, []);
        Assert.Equal(
            [(1L, ChangeKind.Added), (2, ChangeKind.Added), (3, ChangeKind.Gap), (4, ChangeKind.Added)],
            ReadAll(table).Select(change => (change.Number, change.Kind)));
    }

    [Fact]
    public void A_number_of_an_earlier_feed_is_a_gap()
    {
        ShmTable table = _temp.Open(s_withFeed);
        table.Add(1, []);
        ChangeReader reader = table.ReadChanges(from: 1000);
        Assert.True(reader.Wait(TimeSpan.Zero));
        var changes = new TableChange[4];
        Assert.Equal(1, reader.Read(changes));
        Assert.Equal(new TableChange(1, 1, ChangeKind.Gap, 0, 0, 0), changes[0]);
        table.Add(2, []);
        Assert.Equal(1, reader.Read(changes));
        Assert.Equal(2, changes[0].Number);
    }

    [Fact]
    public void A_feed_that_is_damaged_is_a_typed_error_for_its_readers_only()
    {
        ShmTable table = _temp.Open(s_withFeed);
        using (FileStream sidecar = File.Open(
            _temp.Name.MemoryPath + ".netshm", FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            sidecar.Position = 24 << 10; // docs/FileFormat.md, "Sidecar".
            sidecar.Write([.. Enumerable.Repeat((byte)0x7F, 128 + (16 * 128))]);
        }

        Assert.Throws<CorruptFileException>(() => table.ReadChanges(from: 1).Read(new TableChange[2]));
        table.Add(1, [1]);
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public async Task Waiting_ends_with_a_change_of_another_process()
    {
        ShmTable table = _temp.Open(s_withFeed);
        await using IAsyncEnumerator<TableChange> changes = table.Changes().GetAsyncEnumerator();
        ValueTask<bool> next = changes.MoveNextAsync();
        using ChildProcess other = WorkerProcess.Start("increment", _temp.Name.ToString(), "Futex", "1", "1");
        _ = other.Finish();
        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((1L, ChangeKind.Added), (changes.Current.Number, changes.Current.Kind));
    }

    [Fact]
    public async Task A_thread_that_waits_is_woken()
    {
        ShmTable table = _temp.Open(s_withFeed);
        ChangeReader reader = table.ReadChanges();
        Assert.False(reader.Wait(TimeSpan.FromMilliseconds(1)));
        Task<bool> waiting = Task.Factory.StartNew(
            () => reader.Wait(TimeSpan.FromSeconds(30)), TaskCreationOptions.LongRunning);
        table.Add(1, []);
        Assert.True(await waiting);
    }

    [Fact]
    public async Task Many_wait_at_once_and_some_are_cancelled()
    {
        ShmTable table = _temp.Open(s_withFeed);
        using var cancel = new CancellationTokenSource();
        Task[] patient = [.. Enumerable.Range(0, 8).Select(_ => table.ReadChanges().WaitAsync())];
        Task[] impatient = [.. Enumerable.Range(0, 8).Select(_ => table.ReadChanges().WaitAsync(cancel.Token))];
        await cancel.CancelAsync();
        foreach (Task task in impatient)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.All(patient, task => Assert.False(task.IsCompleted));
        table.Add(1, []);
        await Task.WhenAll(patient).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposing_ends_waiting(bool hasOtherHandle)
    {
        ShmTable table = _temp.Open(s_withFeed);
        if (hasOtherHandle)
            _temp.Open(s_withFeed);
        await using IAsyncEnumerator<TableChange> changes = table.Changes().GetAsyncEnumerator();
        Task<bool> next = changes.MoveNextAsync().AsTask();
        table.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => next.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Throws<ObjectDisposedException>(() => table.LastChange);
    }

    private static List<TableChange> ReadAll(ShmTable table)
    {
        var changes = new TableChange[128];
        return [.. changes.AsSpan(0, table.ReadChanges(from: 1).Read(changes))];
    }
}
