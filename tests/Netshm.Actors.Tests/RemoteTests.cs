using Akka.Actor;
using Akka.Configuration;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>A table actor that is asked over the network, by an actor system without the table.</summary>
public sealed class RemoteTests : TableSpec
{
    private const string Remoting = """
        akka.actor.provider = remote
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        akka.actor.serialize-messages = on
        """;

    private readonly ActorSystem _far;
    private readonly IActorRef _table;

    public RemoteTests()
        : base("max-queue = 1", Remoting)
    {
        _far = ActorSystem.Create("far", ConfigurationFactory.ParseString(Remoting)
            .WithFallback(ConfigurationFactory.ParseString("akka.loglevel = WARNING"))
            .WithFallback(NetshmExtension.DefaultConfig()));
        Address address = ((ExtendedActorSystem)Sys).Provider.DefaultAddress;
        _table = _far.ActorSelection(new RootActorPath(address) / "system" / "netshm" / "test")
            .ResolveOne(Patience).GetAwaiter().GetResult();
    }

    [Fact]
    public async Task Requests_and_replies_travel()
    {
        Assert.Equal(new Added(1), await Ask(new Add(1, [10, 11])));
        Assert.Equal(new Found(1, [10, 11]), await Ask(new Find(1)));
        Assert.Equal(
            new GroupDone([[10, 11], [1]]),
            await Ask(new GroupOperations(
                [new GroupOperation.IfEquals(1, [10, 11]), new GroupOperation.Increment(2)])));
        Assert.Equal([1], Table.Find(2));
    }

    [Fact]
    public async Task Refusals_and_failures_travel()
    {
        using (HoldLock())
        {
            Task<object> waiting = Ask(new Add(1, [1]) { Timeout = TimeSpan.FromMilliseconds(300) });
            Assert.Equal(new Rejected(new Add(2, [2]), 1), await Ask(new Add(2, [2])));
            var failure = await Assert.ThrowsAsync<RemoteTableException>(() => waiting);
            Assert.Equal(typeof(RequestTimeoutException).FullName, failure.ErrorType);
            Assert.Contains("before its deadline", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_beyond_the_frame_fails_at_once_with_size_limit_and_setting()
    {
        AssertTooLarge(await Assert.ThrowsAsync<RemoteTableException>(() => Ask(new Replace(1, Words(40_000)))));
        AssertTooLarge(await Assert.ThrowsAsync<RemoteTableException>(() => Ask(
            new GroupOperations([.. Enumerable.Range(0, 1000).Select(key => new GroupOperation.Add(key, Words(40)))]))));
        AssertTooLarge(await Assert.ThrowsAsync<RemoteTableException>(
            () => _table.Ask<object>(new Subscribe(new ChangeFilter(Words(40_000), [])), Patience)));
        Assert.Equal(0, await Table.CountAsync());
        Assert.Equal(new Added(1), await Ask(new Add(1, Words(30_000))));
    }

    [Fact]
    public async Task A_reply_beyond_the_frame_fails_at_once_with_size_limit_and_setting()
    {
        await Table.GroupAsync(group => group.Add(1, Words(40_000).Span));
        AssertTooLarge(await Assert.ThrowsAsync<RemoteTableException>(() => Ask(new Find(1))));
        AssertTooLarge(await Assert.ThrowsAsync<RemoteTableException>(() => Ask(new TakeSnapshot())));
        Assert.Equal(new Contained(1, true), await Ask(new Contains(1)));
    }

    [Fact]
    public async Task The_refusal_of_a_request_that_just_fits_arrives_too()
    {
        int largest = 0;
        for (int words = 30_900; words < 32_000; words += 4)
        {
            try
            {
                _ = await Ask(new Replace(1, Words(words)));
                largest = words;
            }
            catch (RemoteTableException e)
            {
                AssertTooLarge(e);
                break;
            }
        }

        Assert.InRange(largest, 30_900, 31_998);
        using (HoldLock())
        {
            Task<object> waiting = Ask(new Replace(1, Words(largest)) { Timeout = TimeSpan.FromMilliseconds(300) });
            Exception? refusal = await Record.ExceptionAsync(() => Ask(new Replace(2, Words(largest))));
            Assert.True(refusal is null or RemoteTableException, $"{refusal}"); // Rejected, or too large to be given back.
            Assert.Equal(
                typeof(RequestTimeoutException).FullName,
                (await Assert.ThrowsAsync<RemoteTableException>(() => waiting)).ErrorType);
        }
    }

    private static Sequence<int> Words(int count) => Sequence.Create<int>(Enumerable.Range(0, count).ToArray());

    private static void AssertTooLarge(RemoteTableException e)
    {
        Assert.Equal(typeof(ValueTooLargeException).FullName, e.ErrorType);
        Assert.Matches(@"takes 1[2-9]\d{4} bytes; 123904 fit", e.Message);
        Assert.Contains("akka.remote.dot-netty.tcp.maximum-frame-size", e.Message, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    protected override void AfterAll()
    {
        _far.Terminate().Wait(Patience);
        base.AfterAll();
    }

    private Task<object> Ask(Request request) => _table.Ask<object>(request, Patience);
}
