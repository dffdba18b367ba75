using Akka.Actor;
using Akka.Configuration;

namespace Netshm.Actors.Worker.Cluster;

/// <summary>A node of the tests' clusters, in a worker or in the test's own process.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private ClusterNode(ActorSystem system) => System = system;

    /// <summary>The node's actor system.</summary>
    public ActorSystem System { get; }

    /// <summary>The node's address.</summary>
    public Address Address => Akka.Cluster.Cluster.Get(System).SelfAddress;

    /// <summary>Starts a node and waits until it is up.</summary>
    /// <param name="ip">The address on the loopback interface, which stands for the host.</param>
    /// <param name="seed">The address of a node of the cluster to join; null for the first one.</param>
    /// <param name="config">The configuration of its tables and so on.</param>
    public static async Task<ClusterNode> StartAsync(string ip, string? seed, string config)
    {
        var node = new ClusterNode(ActorSystem.Create("netshm", ConfigurationFactory.ParseString(config)
            .WithFallback(ConfigurationFactory.ParseString(Common(ip)))));
        var cluster = Akka.Cluster.Cluster.Get(node.System);
        using var limit = new CancellationTokenSource(s_patience);
        await cluster.JoinAsync(seed is null ? cluster.SelfAddress : Address.Parse(seed), limit.Token);
        return node;
    }

    /// <summary>Leaves the cluster in order.</summary>
    public Task LeaveAsync() =>
        CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(s_patience);

    /// <summary>Ends without waiting for others, who may have been killed.</summary>
    public async ValueTask DisposeAsync()
    {
        var cluster = Akka.Cluster.Cluster.Get(System);
        cluster.Down(cluster.SelfAddress);
        await System.WhenTerminated.WaitAsync(s_patience);
    }

    /// <summary>Deaths are noticed fast, but not so fast that a busy machine passes for a dead one.</summary>
    private static string Common(string ip) => $$"""
        akka {
          loglevel = WARNING
          loggers = []
          stdout-loglevel = OFF
          log-dead-letters = off
          coordinated-shutdown.exit-clr = off
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "{{ip}}", port = 0 }
          remote.retry-gate-closed-for = 500ms
          cluster {
            gossip-interval = 200ms
            leader-actions-interval = 200ms
            unreachable-nodes-reaper-interval = 200ms
            periodic-tasks-initial-delay = 200ms
            failure-detector { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 3s }
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-oldest, stable-after = 1s }
            down-removal-margin = 0s
            pub-sub.gossip-interval = 100ms
            singleton.hand-over-retry-interval = 200ms
            singleton-proxy.singleton-identification-interval = 200ms
            client.receptionist { heartbeat-interval = 200ms, acceptable-heartbeat-pause = 2s }
          }
        }
        netshm.cluster {
          remote { silence = 500ms, request-timeout = 60s }
          publish { election-interval = 50ms, heartbeat-interval = 200ms }
          follow.silence = 600ms
          overview.report-interval = 200ms
        }
        """;
}
