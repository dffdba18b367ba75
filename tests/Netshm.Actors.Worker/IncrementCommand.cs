using System.Globalization;
using Akka.Actor;
using Akka.Configuration;

namespace Netshm.Actors.Worker;

/// <summary>
/// <c>increment NAME KEYS ROUNDS</c>: an actor system with a table actor under record locks. Says "ready", waits for a
/// line, and increments the counters 0 to KEYS - 1 in turn, ROUNDS times in all, each time in a group, with 64 groups
/// under way; every 100th group is a delegate.
/// </summary>
internal static class IncrementCommand
{
    private const int InFlight = 64;
    private const int GroupsPerDelegate = 100;

    public static async Task<int> Run(string name, string keys, string rounds)
    {
        int keyCount = int.Parse(keys, CultureInfo.InvariantCulture);
        int roundCount = int.Parse(rounds, CultureInfo.InvariantCulture);
        using ActorSystem system = ActorSystem.Create("worker", ConfigurationFactory.ParseString(
            $$"""
            akka.loglevel = ERROR
            akka.stdout-loglevel = OFF
            netshm.table.counters { location = "{{name}}", locking = record, request-timeout = 60s }
            """));
        TableRef table = system.Netshm().OpenTable("counters");
        Console.WriteLine("ready");
        Console.ReadLine();
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < roundCount; i = Interlocked.Increment(ref next))
                await Increment(table, i % keyCount, byDelegate: i % GroupsPerDelegate == 0);
        })));
        Console.WriteLine("done");
        await system.Terminate();
        return 0;
    }

    private static Task Increment(TableRef table, int key, bool byDelegate) => byDelegate
        ? table.GroupAsync(group => group.Replace(key, [(group.TryFind(key)?[0] ?? 0) + 1]))
        : table.GroupAsync([new GroupOperation.Increment(key)]);
}
