using Akka.Actor;
using Netshm.Actors;
using Netshm.Benchmarks.Runs;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Actors;

/// <summary>
/// Compares requests to table actors with Akka's own question and answer, with Distributed Data, and with single calls of
/// the table, in rounds in which all take turns.
/// </summary>
internal sealed class ActorRun : IDisposable
{
    /// <summary>Names of series that the targets are about.</summary>
    public const string Ask = "Ask, answered by an echo actor", Single = "ShmTable.Replace, Record, one call at a time",
        AskReplace = "Ask with Replace messages", ReplaceAsync = "TableRef.ReplaceAsync";

    private const int Keys = 10_000;

    /// <summary>
    /// How many rounds there are here for one of the other sections. A turn takes once or twice as long, as threads happen to
    /// wait for each other, so that many short ones tell more than few long ones.
    /// </summary>
    private const int RoundsForOne = 3;

    private readonly ActorTable[] _tables =
        [.. ((LockingMethod[])[LockingMethod.Futex, LockingMethod.Record, LockingMethod.None]).Select(ActorTable.Fresh)];

    private readonly TempTable _single = new(options: new ShmTableOptions { Locking = LockingMethod.Record });
    private readonly DistributedDataPeer _data = new();
    private readonly Neighbour _neighbour;

    private ActorRun(string directory)
    {
        _neighbour = new Neighbour(directory, Keys, Suite.Words);
        for (int key = 0; key < Keys; key++)
            _data.UpdateAsync(key, Value(key)).Wait();
    }

    /// <summary>Measures all series.</summary>
    public static void Run(Results results, Effort effort, string directory)
    {
        _ = results.Attempt("actors", () =>
        {
            using var run = new ActorRun(directory);
            run.Measure(results, effort);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _neighbour.Dispose();
        _data.Dispose();
        _single.Dispose();
        foreach (ActorTable table in _tables)
            table.Dispose();
    }

    private void Measure(Results results, Effort effort)
    {
        Series[] all = [.. AllSeries()];
        for (int round = -1; round < RoundsForOne * effort.Rounds; round++)
        {
            foreach (Series series in all)
            {
                double each = series.NanosecondsEach(round < 0 ? effort.Compilation : 2 * effort.Throughput);
                if (round >= 0)
                    results.Of(SubjectOf(series.Name)).Note(each);
            }
        }
    }

    private static Subject SubjectOf(string name) =>
        new(Sections.Actors, name, "operation", "", Keys, Suite.Words, "1", Stage.NanosecondsEach);

    private IEnumerable<Series> AllSeries()
    {
        IActorRef echo = _tables[0].System.ActorOf(Props.Create(() => new Echo()));
        var payload = new TableProtocol.Replace(1, [1, 2, 3, 4, 5, 6, 7, 8]);
        ShmTable single = _single.Open();
        yield return Series.UnderWay(Ask, _ => echo.Ask<object>(payload));
        yield return Series.OneByOne(Single, i => single.Replace(i % Keys, Value(i)));
        foreach (ActorTable table in _tables)
        {
            foreach (Series series in SeriesOf(table))
                yield return series;
        }

        yield return Series.UnderWay("Distributed Data, update", i => _data.UpdateAsync(i % Keys, Value(i)));
        yield return Series.UnderWay("Distributed Data, read", i => _data.ReadAsync(i % Keys));
        yield return _neighbour.Beside(Series.UnderWay(
            $"{ReplaceAsync}, Record, beside a process that writes too",
            i => _neighbour.Actors.Table.ReplaceAsync(i % Keys, Value(i))));
        yield return _neighbour.Beside(Series.OneByOne(
            $"{Single}, beside a process that writes too", i => _neighbour.Table.Replace(i % Keys, Value(i))));
    }

    private static IEnumerable<Series> SeriesOf(ActorTable table)
    {
        TableRef plain = table.Table;
        LockingMethod locking = table.Locking;
        yield return Series.UnderWay($"{ReplaceAsync}, {locking}", i => plain.ReplaceAsync(i % Keys, Value(i)));
        yield return Series.UnderWay($"{AskReplace}, {locking}", i => AskToReplace(plain, i));
        yield return Series.OneByOne($"TableRef.Find, {locking}, one call at a time", i => _ = plain.Find(i % Keys));
        yield return Series.UnderWay(
            $"GroupAsync with an increment, {locking}",
            i => plain.GroupAsync([new GroupOperation.Increment(-1 - (i % Keys))]));
        yield return Series.UnderWay(
            $"GroupAsync with a delegate that increments, {locking}",
            i => plain.GroupAsync(group => Increment(group, -1 - (i % Keys))));
        yield return Series.UnderWay(
            $"typed ReplaceAsync of JSON, {locking}",
            i => table.Sessions.ReplaceAsync(UserOf(i), new(UserOf(i), i, ["read", "write"])));
        yield return Series.UnderWay(
            $"typed TryFindAsync of JSON, {locking}", i => table.Sessions.TryFindAsync(UserOf(i)));
        yield return Series.OneByOne(
            $"typed TryFind of JSON, {locking}, one call at a time",
            i => _ = table.Sessions.TryFind(UserOf(i), out _));
    }

    private static Task<TableProtocol.Replaced> AskToReplace(TableRef table, int i) =>
        table.Actor.Ask<TableProtocol.Replaced>(new TableProtocol.Replace(i % Keys, Sequence.Create<int>(Value(i))));

    private static void Increment(TableGroup group, int key) =>
        group.Replace(key, [(group.TryFind(key)?[0] ?? 0) + 1]);

    private static int[] Value(int i) => [i, 2, 3, 4, 5, 6, 7, 8];

    private static string UserOf(int i) => FormattableString.Invariant($"user-{i % Keys}");

    private sealed class Echo : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}
