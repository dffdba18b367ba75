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

    /// <inheritdoc/>
    protected override void AfterAll()
    {
        _far.Terminate().Wait(Patience);
        base.AfterAll();
    }

    private Task<object> Ask(Request request) => _table.Ask<object>(request, Patience);
}
