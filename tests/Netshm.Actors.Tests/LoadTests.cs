using System.Diagnostics;
using Akka.Actor;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>A storm of requests while another process holds the lock for two seconds.</summary>
public sealed class LoadTests : TableSpec
{
    private const int Writers = 8;
    private const int WritesEach = 1250;
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Ten_thousand_writes_in_flight_survive_a_held_lock_and_starve_nobody()
    {
        IActorRef heart = Sys.ActorOf(Props.Create(() => new Heart()));
        Task<Outcome> impatient;
        Task<Outcome>[] writers;
        var watch = Stopwatch.StartNew();
        using (HoldLock())
        {
            impatient = Start(-1, s_deadline);
            writers = [.. Enumerable.Range(0, Writers).Select(writer => Start(writer, Patience))];
            Outcome expired = await impatient;
            Assert.Equal((0, WritesEach), (expired.Done, expired.TimedOut));
            Assert.InRange(expired.LatestAnswer, s_deadline, s_hold);
            Assert.All(writers, writer => Assert.False(writer.IsCompleted));
            await Task.Delay(s_hold);
        }

        Outcome[] outcomes = await Task.WhenAll(writers);
        Assert.All(outcomes, outcome => Assert.Equal((WritesEach, 0), (outcome.Done, outcome.TimedOut)));
        Assert.Equal(Writers * WritesEach, Table.Count);

        // A pool whose threads wait for the lock would have kept the heart from beating for two seconds.
        TimeSpan longestPause = await heart.Ask<TimeSpan>("longest pause?", Patience);
        Assert.InRange(longestPause, TimeSpan.Zero, s_hold / 2);
        Assert.True(watch.Elapsed > s_hold);
    }

    private Task<Outcome> Start(int writer, TimeSpan timeout)
    {
        IActorRef actor = Sys.ActorOf(Props.Create(() => new Writer(Table.Actor, writer, timeout)));
        return actor.Ask<Outcome>("go", Patience);
    }

    /// <summary>What became of a writer's requests.</summary>
    private sealed record Outcome(int Done, int TimedOut, TimeSpan LatestAnswer);

    /// <summary>Tells all its writes at once and counts the answers.</summary>
    private sealed class Writer : UntypedActor
    {
        private readonly IActorRef _table;
        private readonly int _number;
        private readonly TimeSpan _timeout;
        private readonly Stopwatch _watch = new();
        private IActorRef _asker = ActorRefs.Nobody;
        private int _done;
        private int _timedOut;

        public Writer(IActorRef table, int number, TimeSpan timeout)
        {
            _table = table;
            _number = number;
            _timeout = timeout;
        }

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "go":
                    _asker = Sender;
                    _watch.Start();
                    for (int i = 0; i < WritesEach; i++)
                        _table.Tell(new Add((_number * WritesEach) + i, [i]) { Timeout = _timeout });
                    break;
                case Added:
                    _done++;
                    break;
                case Status.Failure { Cause: RequestTimeoutException }:
                    _timedOut++;
                    break;
                default:
                    Unhandled(message);
                    break;
            }

            if (_done + _timedOut == WritesEach)
                _asker.Tell(new Outcome(_done, _timedOut, _watch.Elapsed));
        }
    }

    /// <summary>Beats every 20 ms on the default dispatcher and remembers its longest pause.</summary>
    private sealed class Heart : UntypedActor, IWithTimers
    {
        private readonly Stopwatch _sinceBeat = Stopwatch.StartNew();
        private TimeSpan _longestPause;

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("beat", "beat", TimeSpan.FromMilliseconds(20));

        protected override void OnReceive(object message)
        {
            _longestPause = _sinceBeat.Elapsed > _longestPause ? _sinceBeat.Elapsed : _longestPause;
            _sinceBeat.Restart();
            if (message is not "beat")
                Sender.Tell(_longestPause);
        }
    }
}
