using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Changes;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Cluster.Reach;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>A follower with a gate, and a publisher, that are nothing but a test.</summary>
public sealed class ChangeFollowerTests : Akka.TestKit.Xunit2.TestKit
{
    private const long FeedId = 1;

    /// <summary>Longer than the test takes, so that the follower asks for no reason but what it hears.</summary>
    private const string Config = """
        akka { loglevel = WARNING, stdout-loglevel = OFF, actor.provider = cluster }
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        netshm.cluster { follow.silence = 10m, remote { silence = 10m, request-timeout = 10m } }
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Channel<object> _told = Channel.CreateUnbounded<object>();
    private readonly TestProbe _gate;
    private readonly IActorRef _follower;

    public ChangeFollowerTests()
        : base(ConfigurationFactory.ParseString(Config))
    {
        _gate = CreateTestProbe();
        var route = new RemoteRoute(_gate, static (_, message) => message);
        var table = new RemoteTableRef((ExtendedActorSystem)Sys, route, "t", "h");
        ClusterSettings settings = Sys.Netshm().Settings.Cluster;
        Action<object> tell = message => Assert.True(_told.Writer.TryWrite(message));
        _follower = Sys.ActorOf(Props.Create(() => new ChangeFollower(table, null, settings, tell, null)));
        _gate.ExpectMsg<Locate>(s_patience);
        _gate.Reply(new Located("h", "/gate", GateClock.Now));
        AnswerReplay();
    }

    [Fact]
    public async Task The_numbers_of_another_feed_are_not_waited_for()
    {
        Assert.Equal(new FeedFound("t", "h", FeedId, 1), await Hear());

        // Of a publisher that still has a file open which was removed; it makes the follower look which feed there is.
        _follower.Tell(new Published(FeedId + 1, 1_000_000, []));
        AnswerReplay(Change(1));
        Assert.Equal(new TableChanges("t", "h", FeedId, [Change(1)]), await Hear());
        _follower.Tell(new Published(FeedId, 2, [Change(2)]));
        Assert.Equal(new TableChanges("t", "h", FeedId, [Change(2)]), await Hear());
    }

    [Fact]
    public async Task Who_is_not_an_actor_is_told_when_the_follower_ends_with_its_actor_system()
    {
        _ = Assert.IsType<FeedFound>(await Hear());
        await Sys.Terminate();
        Assert.Equal(new FeedSilent("t"), await Hear());
    }

    private static TableChange Change(long number) => new(number, number, ChangeKind.Added, 2, 3, 4);

    private void AnswerReplay(params TableChange[] changes)
    {
        Ask ask = _gate.ExpectMsg<Ask>(s_patience);
        _ = Assert.IsType<Replay>(ask.Question);
        _gate.Reply(new Answer(ask.Id, new Replayed("h", FeedId, changes.Length, [.. changes]), 0, GateClock.Now));
    }

    private async Task<object> Hear()
    {
        using var limit = new CancellationTokenSource(s_patience);
        return await _told.Reader.ReadAsync(limit.Token);
    }
}
