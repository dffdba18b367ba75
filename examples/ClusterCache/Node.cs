using System.Globalization;
using Akka.Actor;
using Netshm.Actors.Cluster;

namespace ClusterCache;

/// <summary>
/// A process that keeps partitions. It answers each line of its input by what it has begun to serve since the one before, as
/// <c>ORIGIN=NUMBER</c>; at the end of the input it leaves the cluster orderly.
/// </summary>
internal static class Node
{
    /// <summary>The command that starts it.</summary>
    public const string Command = "node";

    /// <summary>Serves until the input ends.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string address, string files, string seed)
    {
        ClusterNode node = await ClusterNode.StartAsync("cache", address, files, seed);
        IActorRef log = node.System.ActorOf(Props.Create(() => new StartLog()));
        node.System.EventStream.Subscribe(log, typeof(PartitionStarted));
        _ = node.StartTable();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(await log.Ask<string>(line, TimeSpan.FromSeconds(10)));
        await CoordinatedShutdown.Get(node.System).Run(CoordinatedShutdown.ClrExitReason.Instance);
        return 0;
    }

    private sealed class StartLog : ReceiveActor
    {
        private readonly Dictionary<PartitionOrigin, int> _counts = [];

        public StartLog()
        {
            Receive<PartitionStarted>(started =>
                _counts[started.Origin] = _counts.GetValueOrDefault(started.Origin) + 1);
            Receive<string>(_ =>
            {
                Sender.Tell(string.Join(' ', _counts.Select(
                    count => string.Create(CultureInfo.InvariantCulture, $"{count.Key}={count.Value}"))));
                _counts.Clear();
            });
        }
    }
}
