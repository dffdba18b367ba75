using System.Globalization;
using Akka.Actor;
using Netshm.Actors.Cluster;

namespace ClusterCache;

/// <summary>
/// A process that keeps partitions, and looks prices up. It answers each line of its input: <c>started</c> by what it has begun
/// to serve since it was asked last, as <c>ORIGIN=NUMBER</c>; <c>price ARTICLE</c> by what <see cref="Prices.LookUpAsync"/>
/// gives; <c>price ARTICLE PRICE</c> when it is set. At the end of the input it leaves the cluster orderly.
/// </summary>
internal static class Node
{
    /// <summary>The command that starts it.</summary>
    public const string Command = "node";

    /// <summary>Serves until the input ends.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Host host, string seed)
    {
        ClusterNode node = await ClusterNode.StartAsync("cache", host, seed);
        IActorRef log = node.System.ActorOf(Props.Create(() => new StartLog()));
        node.System.EventStream.Subscribe(log, typeof(PartitionStarted));
        _ = node.StartTable();
        var prices = new Prices(node, host.Name);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(await AnswerAsync(line.Split(' '), log, prices));
        await CoordinatedShutdown.Get(node.System).Run(CoordinatedShutdown.ClrExitReason.Instance);
        return 0;
    }

    private static async Task<string> AnswerAsync(string[] words, IActorRef log, Prices prices)
    {
        switch (words)
        {
            case ["price", var article]:
                return await prices.LookUpAsync(article);
            case ["price", var article, var price]:
                await prices.SetAsync(article, int.Parse(price, CultureInfo.InvariantCulture));
                return "set";
            default:
                return await log.Ask<string>(words[0], TimeSpan.FromSeconds(10));
        }
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
