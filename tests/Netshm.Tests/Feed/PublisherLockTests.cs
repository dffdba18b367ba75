using Netshm.TestKit;

namespace Netshm.Tests.Feed;

/// <summary>The lock that says who publishes a table's changes; other processes are in the tests of the cluster layer.</summary>
public sealed class PublisherLockTests
{
    private static readonly ShmTableOptions s_options =
        new() { Locking = LockingMethod.Futex, ChangeFeedCapacity = 16 };

    [Fact]
    public void One_handle_has_it_until_it_gives_it_back()
    {
        using var temp = new TempTable(options: s_options);
        ShmTable first = temp.Open(), second = temp.Open();
        using (PublisherLock? held = first.TryTakePublisherLock())
        {
            Assert.NotNull(held);
            Assert.Null(first.TryTakePublisherLock());
            Assert.Null(second.TryTakePublisherLock());
            held.Dispose();
            using PublisherLock? next = second.TryTakePublisherLock();
            Assert.NotNull(next);
        }

        using PublisherLock? last = first.TryTakePublisherLock();
        Assert.NotNull(last);
    }

    [Fact]
    public void It_is_free_when_the_process_has_closed_the_table()
    {
        using var temp = new TempTable(options: s_options);
        PublisherLock? held;
        using (ShmTable table = temp.Open())
            held = table.TryTakePublisherLock();
        using ShmTable again = temp.Open();
        using PublisherLock? next = again.TryTakePublisherLock();
        Assert.NotNull(next);
        held!.Dispose(); // Too late to take anything from the new one.
        Assert.Null(again.TryTakePublisherLock());
    }

    [Fact]
    public void The_feed_keeps_its_identity_as_long_as_its_numbers_go_on()
    {
        using var temp = new TempTable(options: s_options);
        long id;
        using (ShmTable table = temp.Open())
            id = table.FeedId;
        using (ShmTable table = temp.Open())
            Assert.Equal(id, table.FeedId);
        File.Delete(temp.Name.MemoryPath + ".netshm");
        using (ShmTable table = temp.Open())
            Assert.NotEqual(id, table.FeedId);
    }

    [Fact]
    public void A_table_without_a_feed_has_neither()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        Assert.Throws<InvalidTableOperationException>(() => table.FeedId);
        Assert.Throws<InvalidTableOperationException>(() => table.TryTakePublisherLock());
    }
}
