namespace Netshm.Actors.Tests;

/// <summary>The verbs of <see cref="TableRef"/>.</summary>
public sealed class TableRefTests : TableSpec
{
    [Fact]
    public async Task Each_verb_does_what_the_table_does()
    {
        await Table.AddAsync(1, [10]);
        await Table.AddAsync(1, [11, 12]);
        await Table.ReplaceAsync(2, []);
        AssertWords(await Table.FindAsync(1), 11, 12);
        Assert.Equal([[11, 12], [10]], await Table.FindAllAsync(1));
        AssertWords(await Table.TryFindAsync(2));
        Assert.Null(await Table.TryFindAsync(3));
        Assert.True(await Table.ContainsAsync(2));
        Assert.False(await Table.ContainsAsync(3));
        Assert.Equal(3, await Table.CountAsync());
        Assert.True(await Table.RemoveAsync(1));
        Assert.False(await Table.RemoveAsync(3));
        AssertWords(await Table.FindAsync(1), 10);
        Assert.Equal(
            [new(1, [10]), new(2, [])],
            (await Table.SnapshotAsync()).OrderBy(binding => binding.Key));
        Assert.True((await Table.CheckAsync()).IsConsistent);
        await Table.FlushAsync();
    }

    [Fact]
    public async Task Finding_an_unbound_key_fails() =>
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Table.FindAsync(1));

    [Fact]
    public async Task Direct_reads_see_what_was_awaited()
    {
        await Table.ReplaceAsync(1, [1, 2, 3]);
        Assert.Equal([1, 2, 3], Table.Find(1));
        Assert.True(Table.TryFind(1, out int[]? value));
        Assert.Equal([1, 2, 3], value);
        Assert.False(Table.TryFind(2, out _));
        int[] destination = new int[4];
        Assert.True(Table.TryFind(1, destination, out int length));
        Assert.Equal([1, 2, 3], destination[..length]);
        Assert.True(Table.Contains(1));
        Assert.Equal(1, Table.Count);
        Assert.Throws<KeyNotFoundException>(() => Table.Find(2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_awaits_a_request_may_block_until_one_that_was_sent_later_is_answered(bool areLate)
    {
        Task[] requests;
        Task[] blocked;
        using (HoldLock())
        {
            TimeSpan timeout = areLate ? TimeSpan.FromMilliseconds(50) : Patience;
            requests = [.. Enumerable.Range(0, 8).Select(key => Table.ReplaceAsync(key, [key], timeout))];
            blocked = [.. requests.SkipLast(1).Zip(requests.Skip(1), (one, next) => one.ContinueWith(
                _ => Task.WaitAny(next), default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default))];
            if (areLate)
                await Task.WhenAll(blocked).WaitAsync(Patience);
        }

        await Task.WhenAll(blocked).WaitAsync(Patience);
        Assert.All(requests, request => Assert.Equal(areLate, request.IsFaulted));
    }

    [Fact]
    public async Task What_an_operation_throws_reaches_its_caller_only()
    {
        Task first = Table.ReplaceAsync(1, [1]);
        Task<bool> failing = Table.GroupAsync(bool (TableGroup _) => throw new InvalidTimeZoneException("thrown on purpose"));
        Task last = Table.ReplaceAsync(2, [2]);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing);
        await first;
        await last;
        Assert.Equal([2], Table.Find(2));
    }
}
