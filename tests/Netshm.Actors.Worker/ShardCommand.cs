using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors.Cluster;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Worker;

/// <summary>
/// <c>shard ADDRESS SEED CONFIG</c>: a node of a cluster, on an IP address, that joins another one and keeps partitions of the
/// sharded table "carts". Says "ready" and takes a command a line:
/// <c>started</c> tells which partitions it has begun to serve since it was asked last, <c>apart</c> waits until the node knows
/// that it is not in a cluster with the others any more, <c>leave</c> leaves the cluster orderly and ends the process; so does the end of the input.
/// </summary>
internal static class ShardCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    public static async Task<int> Run(string address, string seed, string config)
    {
        using ActorSystem system = ActorSystem.Create("carts", ConfigurationFactory
            .ParseString($"akka.remote.dot-netty.tcp {{ hostname = \"{address}\", port = 0 }}")
            .WithFallback(ConfigurationFactory.ParseString(config)));
        IActorRef log = system.ActorOf(Props.Create(() => new StartLog()));
        system.EventStream.Subscribe(log, typeof(PartitionStarted));
        var joined = new TaskCompletionSource();
        var cluster = AkkaCluster.Get(system);
        cluster.RegisterOnMemberUp(joined.SetResult);
        await cluster.JoinAsync(Address.Parse(seed));
        await joined.Task;
        _ = system.ShardedTables().Start("carts", DataManagers.String, DataManagers.Int32);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } command)
        {
            if (command == "leave")
                break;
            Console.WriteLine(command == "apart"
                ? await SeparationOf(cluster)
                : await log.Ask<string>(command, s_patience));
        }

        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
        Console.WriteLine("left");
        return 0;
    }

    /// <summary>It was removed; or it has removed all others, as a downing provider may decide after a pause.</summary>
    private static async Task<string> SeparationOf(AkkaCluster cluster)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!cluster.IsTerminated && cluster.State.Members.Count > 1)
            await Task.Delay(20, limit.Token);
        return "apart";
    }

    /// <summary>Collects what was published, and tells it in one line.</summary>
    private sealed class StartLog : ReceiveActor
    {
        private readonly List<string> _started = [];

        public StartLog()
        {
            Receive<PartitionStarted>(started => _started.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{started.Partition} {started.Origin} {started.Bindings} {started.File.MemoryPath}")));
            Receive<string>(_ =>
            {
                Sender.Tell(string.Join(';', _started));
                _started.Clear();
            });
        }
    }
}
