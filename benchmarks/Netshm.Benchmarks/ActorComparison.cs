using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors;
using Netshm.TestKit;

namespace Netshm.Benchmarks;

/// <summary>
/// Compares requests to table actors with Akka's own question and answer, and with single calls of the table, in
/// rounds in which all take turns.
/// </summary>
internal static class ActorComparison
{
    private const int NeighbourKeys = 1000;
    private const int InFlight = 64;
    private const int WarmUpOperations = 10_000;
    private const int Keys = 10_000;
    private const string SingleCalls = "ShmTable.Replace, Record, one call at a time";

    /// <summary>So long it takes until the runtime has compiled everything for good.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    /// <summary>Measures, and prints a Markdown table of the medians.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(int operations, int rounds)
    {
        using var unlocked = new ActorTable(LockingMethod.None);
        using var locked = new ActorTable(LockingMethod.Record);
        using var single = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable singleTable = single.Open();
        using var singleNeighbour = new Neighbour(single.Name, NeighbourKeys);
        using var lockedNeighbour = new Neighbour(locked.Table.Settings.Location, NeighbourKeys);
        Series[] all =
        [
            .. AllSeries(unlocked, locked, singleTable),
            .. SeriesBesideAnother(locked, lockedNeighbour, singleTable, singleNeighbour),
        ];
        foreach (Series series in all)
            WarmUp(series);
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in all)
                series.MeasureOnce(operations);
        }

        Print(all, operations, rounds);
        return 0;
    }

    private static void WarmUp(Series series)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_warmUp;)
            series.MeasureOnce(WarmUpOperations);
        series.Forget();
    }

    private static IEnumerable<Series> AllSeries(ActorTable unlocked, ActorTable locked, ShmTable single)
    {
        IActorRef echo = unlocked.System.ActorOf(Props.Create(() => new Echo()));
        var payload = new TableProtocol.Replace(1, [1, 2, 3, 4, 5, 6, 7, 8]);
        yield return Concurrent("Akka's Ask, answered by an echo actor", _ => echo.Ask<object>(payload));
        yield return Concurrent("TableRef.ReplaceAsync, None", i => unlocked.Table.ReplaceAsync(i % Keys, Value(i)));
        yield return Concurrent("TableRef.ReplaceAsync, Record", i => locked.Table.ReplaceAsync(i % Keys, Value(i)));
        yield return Concurrent("Akka's Ask with Replace messages, None", i => AskReplace(unlocked, i));
        yield return Concurrent("Akka's Ask with Replace messages, Record", i => AskReplace(locked, i));
        yield return new Series(SingleCalls, count =>
        {
            for (int i = 0; i < count; i++)
                single.Replace(i % Keys, Value(i));
        });
        foreach (ActorTable table in (ActorTable[])[unlocked, locked])
        {
            string locking = table.Locking.ToString();
            yield return Concurrent(
                $"GroupAsync with an increment, {locking}",
                i => table.Table.GroupAsync([new GroupOperation.Increment(-1 - (i % Keys))]));
            yield return Concurrent(
                $"GroupAsync with a delegate that increments, {locking}",
                i => table.Table.GroupAsync(group => Increment(group, -1 - (i % Keys))));
            yield return Concurrent(
                $"typed ReplaceAsync of JSON, {locking}",
                i => table.Sessions.ReplaceAsync(UserOf(i), new Session(UserOf(i), i, ["read", "write"])));
            yield return Concurrent(
                $"typed TryFindAsync of JSON, {locking}", i => table.Sessions.TryFindAsync(UserOf(i)));
            yield return new Series($"typed TryFind of JSON, direct, one call at a time, {locking}", count =>
            {
                for (int i = 0; i < count; i++)
                    _ = table.Sessions.TryFind(UserOf(i), out _);
            });
        }
    }

    private static IEnumerable<Series> SeriesBesideAnother(
        ActorTable locked, Neighbour lockedNeighbour, ShmTable single, Neighbour singleNeighbour)
    {
        Action<int> replaceAsync = OperationsUnderWay(i => locked.Table.ReplaceAsync(i % Keys, Value(i)));
        yield return new Series(
            "TableRef.ReplaceAsync, Record, beside a process that writes too",
            count => lockedNeighbour.WriteDuring(() => replaceAsync(count)));
        yield return new Series(
            "ShmTable.Replace, Record, one call at a time, beside a process that writes too",
            count => singleNeighbour.WriteDuring(() =>
            {
                for (int i = 0; i < count; i++)
                    single.Replace(i % Keys, Value(i));
            }));
    }

    private static Task<TableProtocol.Replaced> AskReplace(ActorTable table, int i) =>
        table.Table.Actor.Ask<TableProtocol.Replaced>(
            new TableProtocol.Replace(i % Keys, Sequence.Create<int>(Value(i))));

    private static void Increment(TableGroup group, int key) =>
        group.Replace(key, [(group.TryFind(key)?[0] ?? 0) + 1]);

    private static int[] Value(int i) => [i, 2, 3, 4, 5, 6, 7, 8];

    private static string UserOf(int i) => FormattableString.Invariant($"user-{i % Keys}");

    private static Series Concurrent(string name, Func<int, Task> operation) =>
        new(name, OperationsUnderWay(operation));

    /// <summary>Does operations of which a fixed number is under way at any time.</summary>
    private static Action<int> OperationsUnderWay(Func<int, Task> operation) => count =>
    {
        int next = -1;
        Task.WaitAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                await operation(i);
        })));
    };

    private static void Print(Series[] all, int operations, int rounds)
    {
        double ask = all.Single(series => series.Name.StartsWith("Akka's Ask,", StringComparison.Ordinal)).Median;
        double single = all.Single(series => series.Name == SingleCalls).Median;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{operations:N0} operations a round, {InFlight} under way where not said otherwise, values of 8 words, " +
            $"{Environment.ProcessorCount} processors; medians of {rounds} interleaved rounds."));
        Console.WriteLine();
        Console.WriteLine("| operation | per second | times Akka's Ask | times the single calls |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (Series series in all)
        {
            Console.WriteLine(FormattableString.Invariant(
                $"| {series.Name} | {series.Median:N0} | {series.Median / ask:F2} | {series.Median / single:F2} |"));
        }
    }

    private sealed record Session(string User, int Visits, string[] Rights);

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }

    /// <summary>An actor system with a table.</summary>
    private sealed class ActorTable : IDisposable
    {
        private readonly TempTable _temp;

        public ActorTable(LockingMethod locking)
        {
            Locking = locking;
            _temp = new TempTable(options: new ShmTableOptions { Locking = locking });
            System = ActorSystem.Create("benchmark", ConfigurationFactory.ParseString(
                $$"""
                akka.loglevel = WARNING
                netshm.default-table { location = "{{_temp.Name}}-{name}", locking = {{locking}} }
                """));
            Table = System.Netshm().OpenTable("plain");
            Sessions = System.Netshm().OpenTable("typed", DataManagers.String, new JsonDataManager<Session>());
        }

        public LockingMethod Locking { get; }

        public ActorSystem System { get; }

        public TableRef Table { get; }

        public TypedTableRef<string, Session> Sessions { get; }

        public void Dispose()
        {
            System.Terminate().Wait();
            foreach (TableRef table in (TableRef[])[Table, Sessions.Table])
                SharedMemoryObject.Unlink(table.Settings.Location);
            _temp.Dispose();
        }
    }
}
