using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Changes;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Cluster.Reach;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>A message that makes an actor of the layer throw does not make it forget what it knows.</summary>
public sealed class SteadyActorTests : Akka.TestKit.Xunit2.TestKit
{
    private const string Config = """
        akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = cluster }
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        netshm.cluster { follow.silence = 10m, remote { silence = 10m, request-timeout = 10m } }
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TestProbe _gate;
    private int _failures;

    public SteadyActorTests()
        : base(ConfigurationFactory.ParseString(Config)) => _gate = CreateTestProbe();

    [Fact]
    public void Every_actor_of_the_layer_is_steady() => Assert.All(
        typeof(ClusterTables).Assembly.GetTypes().Where(type => type.Namespace == typeof(ClusterTables).Namespace
            && type.IsAssignableTo(typeof(ActorBase)) && !type.IsAbstract),
        type => Assert.True(type.IsAssignableTo(typeof(SteadyActor)), $"{type} forgets all it knows when it throws"));

    [Fact]
    public async Task A_remote_table_goes_on_to_take_requests()
    {
        _failures = 1; // The first question gets no further than into an error.
        RemoteTableRef table = Table();
        Task<int> counting = table.CountAsync();
        Task<bool> containing = table.ContainsAsync(1);
        _gate.ExpectMsg<Locate>(s_patience);
        _gate.Reply(new Located("h", "/gate", GateClock.Now));
        Answer(new TableProtocol.Counted(3));
        Answer(new TableProtocol.Contained(1, true));
        Assert.Equal(3, await counting.WaitAsync(s_patience));
        Assert.True(await containing.WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_follower_goes_on_with_its_next_number()
    {
        var told = Channel.CreateUnbounded<object>();
        RemoteTableRef table = Table();
        ClusterSettings settings = Sys.Netshm().Settings.Cluster;
        Action<object> tell = message => told.Writer.TryWrite(message);
        IActorRef follower = Sys.ActorOf(Props.Create(() => new ChangeFollower(table, 7, settings, tell, null)));
        _gate.ExpectMsg<Locate>(s_patience);
        _gate.Reply(new Located("h", "/gate", GateClock.Now));
        Answer(new Replayed("h", FeedId: 1, LastChange: 9, [Change(7), Change(8), Change(9)]));
        Assert.Equal(new FeedFound("t", "h", 1, 7), await Next());
        Assert.Equal(3, Assert.IsType<TableChanges>(await Next()).Changes.Count);

        follower.Tell(new Answer(1, new Replayed(null!, 1, 9, default), 0, 0)); // It has no sequence at all.
        follower.Tell(new Published(1, 10, [Change(10)]));
        Assert.Equal([Change(10)], Assert.IsType<TableChanges>(await Next()).Changes);

        async Task<object> Next()
        {
            using var limit = new CancellationTokenSource(s_patience);
            return await told.Reader.ReadAsync(limit.Token);
        }
    }

    private static TableChange Change(long number) => new(number, number, ChangeKind.Added, 2, 3, 4);

    private RemoteTableRef Table() => new((ExtendedActorSystem)Sys, new RemoteRoute(_gate, Wrap), "t", "h");

    /// <summary>Fails as often as is wanted.</summary>
    private object Wrap(string path, object message) =>
        Interlocked.Decrement(ref _failures) >= 0 ? throw new InvalidOperationException("a fault") : message;

    private void Answer(object reply)
    {
        Ask ask = _gate.ExpectMsg<Ask>(s_patience);
        _gate.Reply(new Answer(ask.Id, reply, 0, GateClock.Now));
    }
}
