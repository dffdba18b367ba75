using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.DistributedData;
using Netshm.Actors.Cluster;
using Netshm.TestKit;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Benchmarks.Sharding;

/// <summary>One of the two processes of <see cref="ShardingComparison"/>: a node with all that is compared.</summary>
internal sealed class BenchmarkNode : IAsyncDisposable
{
    private const int Partitions = 16;

    private BenchmarkNode(ActorSystem system)
    {
        System = system;
        Table = system.ShardedTables().Start("bench", DataManagers.Int32, DataManagers.Int32Array);
        InMemory = ClusterSharding.Get(system).Start(
            "in-memory",
            _ => Props.Create(() => new InMemoryEntity()),
            WithoutRebalancing(ClusterShardingSettings.Create(system)),
            new TextExtractor());
        Data = DistributedData.Get(system);
    }

    public ActorSystem System { get; }

    /// <summary>The sharded table.</summary>
    public ShardedTable<int, int[]> Table { get; }

    /// <summary>Bare sharding: as many entities as the table has partitions, each with a dictionary.</summary>
    public IActorRef InMemory { get; }

    public DistributedData Data { get; }

    /// <summary>The part of the second process: lives until its input ends.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string files, string seed)
    {
        await using BenchmarkNode node = await StartAsync(files, seed);
        Console.WriteLine("ready");
        _ = await Console.In.ReadLineAsync();
        return 0;
    }

    /// <summary>Starts the second process.</summary>
    public static ChildProcess StartProcess(string files, Address seed)
    {
        string program = typeof(BenchmarkNode).Assembly.Location;
        ChildProcess process = ChildProcess.Start(
            "sharding node", "dotnet", ["exec", program, "sharding-node", files, seed.ToString()]);
        _ = process.ReadLine();
        return process;
    }

    /// <summary>Starts a node and waits until it is a member.</summary>
    public static async Task<BenchmarkNode> StartAsync(string files, string? seed)
    {
        ActorSystem system = ActorSystem.Create("bench", ConfigurationFactory.ParseString($$"""
            akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = cluster }
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            akka.cluster.sharding.state-store-mode = ddata
            netshm.sharded-table.bench { location = "file:{{files}}", partitions = {{Partitions}} }
            netshm.table.bench { page-size = 128 }
            """));
        var joined = new TaskCompletionSource();
        var cluster = AkkaCluster.Get(system);
        cluster.RegisterOnMemberUp(joined.SetResult);
        await cluster.JoinAsync(seed is null ? cluster.SelfAddress : Address.Parse(seed));
        await joined.Task;
        return new BenchmarkNode(system);
    }

    /// <summary>Waits until both nodes take part in bare sharding.</summary>
    public async Task AwaitBothAsync()
    {
        while (true)
        {
            CurrentRegions current =
                await InMemory.Ask<CurrentRegions>(GetCurrentRegions.Instance, TimeSpan.FromSeconds(30));
            if (current.Regions.Count == 2)
                return;
            await Task.Delay(100);
        }
    }

    /// <summary>Entities that are moved lose their values, and messages to them.</summary>
    private static ClusterShardingSettings WithoutRebalancing(ClusterShardingSettings settings) =>
        settings.WithTuningParameters(settings.TuningParameters.WithRebalanceInterval(TimeSpan.FromHours(1)));

    public async ValueTask DisposeAsync() => await System.Terminate();

    /// <summary>"KEY" asks for a value, "KEY=VALUE" sets one: texts, for which Akka has its fastest serializer.</summary>
    private sealed class InMemoryEntity : ReceiveActor
    {
        private readonly Dictionary<string, string> _values = [];

        public InMemoryEntity() => Receive<string>(request =>
        {
            int equals = request.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
                _values[request[..equals]] = request[(equals + 1)..];
            Sender.Tell(equals >= 0 ? "set" : _values[request]);
        });
    }

    /// <summary>Shard and entity of a request, by its key.</summary>
    private sealed class TextExtractor : IMessageExtractor
    {
        public string? EntityId(object message) => message is string request
            ? (uint.Parse(request.AsSpan(0, KeyLength(request)), CultureInfo.InvariantCulture) % Partitions)
                .ToString(CultureInfo.InvariantCulture)
            : null;

        public object EntityMessage(object message) => message;

        public string? ShardId(object message) => EntityId(message);

        public string ShardId(string entityId, object? messageHint = null) => entityId;

        private static int KeyLength(string request) =>
            request.IndexOf('=', StringComparison.Ordinal) is var end and >= 0 ? end : request.Length;
    }
}
