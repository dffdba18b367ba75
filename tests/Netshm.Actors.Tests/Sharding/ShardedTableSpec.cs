using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors.Cluster;
using Netshm.TestKit;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>A spec with nodes of a cluster in this process, each with a directory of its own, which stands for a host.</summary>
public abstract class ShardedTableSpec : IDisposable
{
    /// <summary>How long a spec waits for what must happen.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _directory = Path.Combine(TempTable.Directory, $"netshm-test-{Guid.NewGuid():N}");
    private readonly List<ActorSystem> _systems = [];

    /// <summary>Starts a node that joins another one, or is a cluster of its own.</summary>
    /// <param name="host">The name of its host.</param>
    /// <param name="seed">The node to join.</param>
    /// <param name="settings">Settings of the sharded table.</param>
    /// <param name="role">The node's role: <c>cache</c> for one that keeps partitions.</param>
    /// <param name="config">Other settings of the node.</param>
    protected async Task<ActorSystem> StartNode(
        string host, ActorSystem? seed = null, string settings = "", string role = "cache", string config = "")
    {
        Directory.CreateDirectory(Path.Combine(_directory, host));
        ActorSystem system = ActorSystem.Create("carts", ConfigurationFactory
            .ParseString($$"""
                akka { loglevel = ERROR, stdout-loglevel = OFF, loggers = [], cluster.roles = [{{role}}] }
                akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
                netshm.sharded-table.carts { location = "file:{{_directory}}/{{host}}/carts", {{settings}} }
                {{config}}
                """)
            .WithFallback(ConfigurationFactory.ParseString(Sample)));
        _systems.Add(system);
        var joined = new TaskCompletionSource();
        AkkaCluster cluster = AkkaCluster.Get(system);
        cluster.RegisterOnMemberUp(joined.SetResult);
        cluster.Join(AkkaCluster.Get(seed ?? system).SelfAddress);
        await joined.Task.WaitAsync(Patience);
        return system;
    }

    /// <summary>The sample configuration.</summary>
    protected static string Sample => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "HOCON", "sharding.conf"));

    /// <summary>Starts the table of a node.</summary>
    protected static ShardedTable<string, int> TableOf(ActorSystem system, Func<string, int>? partitionHash = null) =>
        system.ShardedTables().Start("carts", DataManagers.String, DataManagers.Int32, partitionHash);

    /// <summary>Collects which partitions a node begins to serve.</summary>
    protected static StartLog LogOf(ActorSystem system) => new(system);

    /// <summary>Has a node leave the cluster orderly and stop.</summary>
    protected static Task Stop(ActorSystem system) => system.Terminate().WaitAsync(Patience);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ActorSystem system in _systems.Where(system => !system.WhenTerminated.IsCompleted))
            system.Terminate().Wait(Patience);
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The partitions that a node has begun to serve.</summary>
    protected sealed class StartLog
    {
        private readonly List<PartitionStarted> _started = [];

        internal StartLog(ActorSystem system)
        {
            IActorRef collector = system.ActorOf(Props.Create(() => new Collector(_started)));
            system.EventStream.Subscribe(collector, typeof(PartitionStarted));
        }

        /// <summary>Where the contents came from, for each partition.</summary>
        public IReadOnlyList<PartitionOrigin> Origins
        {
            get
            {
                lock (_started)
                    return [.. _started.Select(started => started.Origin)];
            }
        }

        private sealed class Collector : ReceiveActor
        {
            public Collector(List<PartitionStarted> started) => Receive<PartitionStarted>(one =>
            {
                lock (started)
                    started.Add(one);
            });
        }
    }
}
