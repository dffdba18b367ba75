using Akka.Actor;
using Akka.Configuration;
using Netshm;
using Netshm.Actors;
using Netshm.Actors.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;

namespace ClusterCache;

/// <summary>A member of the cluster with the sharded table of carts.</summary>
internal sealed class ClusterNode
{
    private ClusterNode(ActorSystem system) => System = system;

    /// <summary>The node's actor system.</summary>
    public ActorSystem System { get; }

    /// <summary>The node's address, for others to join.</summary>
    public Address Address => AkkaCluster.Get(System).SelfAddress;

    /// <summary>Starts a node and waits until it is a member.</summary>
    /// <param name="role">"cache" for one that keeps partitions; anything else for one that uses them.</param>
    /// <param name="host">This host.</param>
    /// <param name="seed">A member to join, or null to begin a cluster.</param>
    public static async Task<ClusterNode> StartAsync(string role, Host host, string? seed)
    {
        string sample = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sharding.conf"));
        var node = new ClusterNode(ActorSystem.Create("cluster-cache", ConfigurationFactory
            .ParseString($$"""
                akka { loglevel = OFF, stdout-loglevel = OFF }
                akka.cluster.roles = [{{role}}]
                akka.remote.dot-netty.tcp { hostname = "{{host.Address}}", port = 0 }
                netshm {
                  sharded-table.carts.location = "file:{{host.Directory}}/carts"
                  table.prices { location = "file:{{host.Directory}}/prices", cluster.expose = on, change-feed-capacity = 1024 }
                  cluster { host = {{host.Name}}, role = cache }
                }
                """)
            .WithFallback(ConfigurationFactory.ParseString(sample))));
        var joined = new TaskCompletionSource();
        var cluster = AkkaCluster.Get(node.System);
        cluster.RegisterOnMemberUp(joined.SetResult);
        await cluster.JoinAsync(seed is null ? cluster.SelfAddress : Address.Parse(seed));
        await joined.Task;
        return node;
    }

    /// <summary>Starts the table on this node.</summary>
    public ShardedTable<string, Cart> StartTable() =>
        System.ShardedTables().Start("carts", DataManagers.String, new JsonDataManager<Cart>());
}
