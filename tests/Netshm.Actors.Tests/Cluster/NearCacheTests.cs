using System.Globalization;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Near;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>A near cache of a table of this process, which is never behind.</summary>
public sealed class NearCacheTests : TableSpec
{
    private readonly TypedTableRef<string, int> _table;

    private readonly ITestOutputHelper _output;

    public NearCacheTests(ITestOutputHelper output)
        : base("change-feed-capacity = 16, max-queue = 1000")
    {
        _output = output;
        _table = new TypedTableRef<string, int>(Table, DataManagers.String, DataManagers.Int32);
    }

    [Fact]
    public async Task It_answers_by_itself_until_another_handle_changes_the_key()
    {
        using var cache = new NearCache<string, int>(_table, 100);
        await _table.AddAsync("a", 1);
        Assert.Equal(1, await cache.FindAsync("a"));
        Assert.False((await cache.TryFindAsync("b")).HasValue);
        Assert.Equal((0, 2, 2), (cache.Hits, cache.Misses, cache.Count));
        Assert.Equal(1, await cache.FindAsync("a"));
        Assert.True(cache.TryGetCached("b", out Option<int> unbound) && !unbound.HasValue);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => cache.FindAsync("b").AsTask());
        Assert.Equal((3, 2), (cache.Hits, cache.Misses));

        using ShmHashtable<string, int> other =
            ShmHashtable<string, int>.Open(DataManagers.String, DataManagers.Int32, Temp.Name);
        other.Replace("a", 2);
        Assert.True(cache.TryGetCached("b", out _));
        Assert.False(cache.TryGetCached("a", out _));
        Assert.Equal(2, await cache.FindAsync("a"));
        other.Add("b", 3);
        Assert.Equal(3, await cache.FindAsync("b"));
        cache.Forget("b");
        Assert.False(cache.TryGetCached("b", out _));
    }

    [Fact]
    public async Task It_never_differs_from_the_table_with_little_room_few_hashes_and_a_short_feed()
    {
        var random = new Random(Seed.Take(_output).Value);
        var keys = new FewHashes();
        var table = new TypedTableRef<string, int>(Table, keys, DataManagers.Int32);
        using ShmHashtable<string, int> other =
            ShmHashtable<string, int>.Open(keys, DataManagers.Int32, Temp.Name);
        using var cache = new NearCache<string, int>(table, 12);
        for (int step = 0; step < 5000; step++)
        {
            string key = random.Next(30).ToString(CultureInfo.InvariantCulture);
            int kind = random.Next(10);
            if (kind == 0)
                other.Add(key, step);
            else if (kind == 1)
                _ = other.Remove(key);
            else if (kind == 2)
                other.Replace(key, step);
            Option<int> expected = other.TryFind(key, out int value) ? value : default(Option<int>);
            Assert.Equal(expected, await cache.TryFindAsync(key));
            Assert.InRange(cache.Count, 0, 12);
        }

        Assert.True(cache.Hits > 500, FormattableString.Invariant($"only {cache.Hits} hits"));
    }

    [Fact]
    public async Task What_is_acknowledged_to_one_thread_is_seen_by_all_others()
    {
        using var cache = new NearCache<string, int>(_table, 100);
        using var end = new CancellationTokenSource();
        int acknowledged = 0;
        Task[] readers =
        [
            .. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    int atLeast = Volatile.Read(ref acknowledged);
                    Option<int> found = await cache.TryFindAsync("a");
                    Assert.True((found.HasValue ? found.Value : 0) >= atLeast);
                }
            })),
        ];
        for (int i = 1; i <= 500; i++)
        {
            await _table.ReplaceAsync("a", i);
            Volatile.Write(ref acknowledged, i);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public void A_value_that_was_read_before_a_change_does_not_get_in_after_it()
    {
        var entries = new NearEntries<string, int>(10);
        NearEntries<string, int>.Fill late = entries.Begin(1), early = entries.Begin(1), other = entries.Begin(2);
        entries.Drop(1, number: 5);
        entries.Complete(late, "a", 1, asOf: 4);
        Assert.False(entries.TryGet(1, "a", out _));
        entries.Complete(early, "a", 2, asOf: 5);
        Assert.True(entries.TryGet(1, "a", out _));
        entries.Complete(other, "b", 3, asOf: 0);
        Assert.True(entries.TryGet(2, "b", out _));

        // A change that the value has already does not drop it; a later one does, and so does a gap.
        entries.Drop(1, number: 5);
        Assert.True(entries.TryGet(1, "a", out _));
        entries.Drop(1, number: 6);
        Assert.False(entries.TryGet(1, "a", out _));
        NearEntries<string, int>.Fill last = entries.Begin(2);
        entries.Clear();
        entries.Complete(last, "b", 3, asOf: 100);
        Assert.False(entries.TryGet(2, "b", out _));
    }

    [Fact]
    public async Task It_goes_on_when_the_tables_actor_has_opened_the_table_anew()
    {
        using var cache = new NearCache<string, int>(_table, 100);
        await _table.AddAsync("a", 1);
        Assert.Equal(1, await cache.FindAsync("a"));
        Sys.Netshm().HostOf(Table.Actor).Reopen();
        await _table.ReplaceAsync("a", 2);
        Assert.Equal(2, await cache.FindAsync("a"));
        Assert.True(cache.TryGetCached("a", out _));
    }
}
