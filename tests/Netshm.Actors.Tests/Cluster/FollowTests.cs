using System.Threading.Channels;
using Akka.Actor;
using Netshm.Actors.Cluster;
using Netshm.Actors.Worker.Cluster;
using Netshm.TestKit;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>The changes of a table, followed on another host.</summary>
public sealed class FollowTests : ClusterSpec
{
    private const string Name = "followed";
    private const int Writes = 20_000;
    private const int FeedCapacity = 1024;

    private readonly Channel<object> _heard = Channel.CreateUnbounded<object>();

    [Fact]
    public async Task Every_number_comes_once_and_in_order_while_publishers_are_killed()
    {
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, seed: null, "");
        string address = node.Address.ToString();
        (ChildProcess first, _) = StartNode(address, Name, 2 * Writes);
        var tables = ClusterTables.Get(node.System);
        _ = tables.Follow(Name, node.System.ActorOf(Props.Create(() => new Listener(_heard.Writer))));
        FeedFound found = await Hear<FeedFound>();
        Assert.Equal((Name, Host, 1), (found.Table, found.Host, found.Next));

        // The first one publishes, since it was alone; after its death the second one must.
        (ChildProcess second, _) = StartNode(address, Name, 2 * Writes);
        Assert.Equal(0, await HearUpTo(Write(Writes, first.Kill), 1));
        _ = StartNode(address, Name, 2 * Writes);
        Assert.Equal(0, await HearUpTo(Write(Writes, second.Kill), Writes + 1));
    }

    [Fact]
    public async Task What_the_feed_has_overwritten_while_nobody_was_there_is_told_as_a_gap()
    {
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, seed: null, "");
        string address = node.Address.ToString();
        (ChildProcess first, _) = StartNode(address, Name, FeedCapacity);
        _ = ClusterTables.Get(node.System).Follow(
            Name, node.System.ActorOf(Props.Create(() => new Listener(_heard.Writer))), Host, from: 1);
        _ = await Hear<FeedFound>();
        Write(1, () => { });
        Assert.Equal(0, await HearUpTo(1, 1));
        using ShmTable open = ShmTable.Open(Temp.Name); // The sidecar stays, and the numbers with it.
        first.Kill();
        Write(2 * FeedCapacity, () => { });
        _ = await Hear<FeedSilent>();
        _ = StartNode(address, Name, FeedCapacity);
        FeedFound found = await Hear<FeedFound>();
        Assert.Equal(2, found.Next);
        Assert.Equal(FeedCapacity, await HearUpTo(1 + (2 * FeedCapacity), 2));
    }

    /// <summary>Writes as another process of the table's host does, and does something in the middle.</summary>
    /// <returns>The last change's number.</returns>
    private long Write(int writes, Action inTheMiddle)
    {
        using ShmTable table = ShmTable.Open(Temp.Name);
        Task middle = Task.CompletedTask;
        for (int i = 0; i < writes; i++)
        {
            if (i == writes / 2)
                middle = Task.Run(inTheMiddle);
            table.Replace(i % 100, [i]);
        }

        middle.Wait(Patience);
        return table.LastChange;
    }

    /// <summary>Takes what is told until a number, and demands that none is missing or comes twice.</summary>
    /// <returns>How many came within gaps.</returns>
    private async Task<long> HearUpTo(long last, long next)
    {
        long lost = 0;
        while (next <= last)
        {
            if (await Hear() is not TableChanges changes)
                continue;
            foreach (TableChange change in changes.Changes)
            {
                Assert.Equal(next, change.FirstNumber);
                next = change.Number + 1;
                lost += change.Kind == ChangeKind.Gap ? change.Number - change.FirstNumber + 1 : 0;
            }
        }

        Assert.Equal(last, next - 1);
        return lost;
    }

    /// <summary>Waits for a message; on a slow machine the feed may be silent, and found again, at any time.</summary>
    private async Task<T> Hear<T>()
    {
        while (true)
        {
            object heard = await Hear();
            if (heard is T wanted)
                return wanted;
            Assert.IsNotType<TableChanges>(heard);
        }
    }

    private async Task<object> Hear()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await _heard.Reader.ReadAsync(limit.Token);
    }

    private sealed class Listener(ChannelWriter<object> heard) : UntypedActor
    {
        protected override void OnReceive(object message) => Assert.True(heard.TryWrite(message));
    }
}
