using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Worker.Cluster;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>A node that nobody follows says nothing that would look like a fault.</summary>
public sealed class QuietTests : ClusterSpec
{
    private const int Heartbeats = 5;

    [Fact]
    public async Task Nothing_of_the_layer_becomes_a_dead_letter_or_a_warning_while_it_starts_works_and_leaves()
    {
        ConcurrentQueue<object> faults = [];
        var heartbeats = new BlockingCollection<object>();
        ClusterNode node = await ClusterNode.StartAsync(Host, seed: null, $$"""
            netshm.table.quiet { location = "{{Temp.Name}}", cluster.expose = on, change-feed-capacity = 16 }
            akka.cluster.singleton-proxy.singleton-identification-failure-period = 10ms
            """);
        await using (node)
        {
            IActorRef listener = node.System.ActorOf(Props.Create(() => new Listener(faults, heartbeats)));
            node.System.EventStream.Subscribe(listener, typeof(AllDeadLetters));
            node.System.EventStream.Subscribe(listener, typeof(Warning));
            TableRef table = node.System.Netshm().OpenTable("quiet");
            await ClusterTables.Get(node.System).Table("quiet").AddAsync(1, [1]);
            _ = await ClusterTables.Get(node.System).StatusAsync(Patience);
            for (int i = 0; i < Heartbeats; i++)
                Assert.True(heartbeats.TryTake(out _, Patience), "the publisher is silent");
            Assert.Equal(1, table.Count);
            await node.LeaveAsync();
        }

        Assert.Empty(faults);
    }

    /// <summary>Tells what is suppressed, as heartbeats that nobody wants are, from what is not.</summary>
    private sealed class Listener(ConcurrentQueue<object> faults, BlockingCollection<object> heartbeats) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case SuppressedDeadLetter when Lost(message) is Published:
                    heartbeats.Add(message);
                    break;
                case DeadLetter when Lost(message).GetType().Assembly == typeof(ClusterTables).Assembly:
                case Warning { LogClass: var source } when source.FullName!.Contains("Singleton", StringComparison.Ordinal):
                    faults.Enqueue(message);
                    break;
            }
        }

        /// <summary>What was lost, without what Akka has put around it.</summary>
        private static object Lost(object message) => message switch
        {
            AllDeadLetters around => Lost(around.Message),
            Publish around => around.Message,
            _ => message,
        };
    }
}
