using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Changes;

/// <summary>
/// Follows the changes of a table: puts what is published in order, and asks a gate for what is missing. docs/Cluster.md,
/// "The changes".
/// </summary>
internal sealed class ChangeFollower : SteadyActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RemoteTableRef _table;
    private readonly ClusterSettings _settings;
    private readonly Action<object> _tell;
    private readonly IActorRef? _subscriber;

    /// <summary>The subscriber may be on another node, whose messages are shorter than those of the publisher.</summary>
    private readonly int _maxCount = ChangeBatch.MaxCount(FrameLimit.Of(Context.System));
    private string? _host;
    private long? _next;
    private long _feedId;
    private long _lastSeen;
    private long _lastHeard = Stopwatch.GetTimestamp();
    private bool _isFound;
    private bool _isAsking;

    /// <param name="table">The table.</param>
    /// <param name="from">The number of the first change that is wanted; null for those to come.</param>
    /// <param name="settings">The cluster layer's settings.</param>
    /// <param name="tell">Gets <see cref="FeedFound"/>, <see cref="TableChanges"/> and <see cref="FeedSilent"/>.</param>
    /// <param name="subscriber">The actor at whose death it ends, or null.</param>
    public ChangeFollower(
        RemoteTableRef table, long? from, ClusterSettings settings, Action<object> tell, IActorRef? subscriber)
    {
        _table = table;
        _next = from;
        _settings = settings;
        _tell = tell;
        _subscriber = subscriber;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Silence => Stopwatch.GetElapsedTime(_lastHeard);

    protected override void PreStart()
    {
        if (_subscriber is not null)
            _ = Context.Watch(_subscriber);
        Timers.StartPeriodicTimer("tick", Tick.Instance, _settings.FollowSilence / 4);
        AskForMissing();
    }

    protected override void PostStop()
    {
        // A near cache outlives its actor system, from which it hears no more: the node may have been downed.
        if (_subscriber is null)
            _tell(new FeedSilent(_table.Name));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Published published:
                OnPublished(published);
                break;
            case Answer { Reply: Replayed replayed }:
                OnReplayed(replayed);
                break;
            case Status.Failure failure:
                _isAsking = false; // Asked again at the next tick.
                _log.Debug(failure.Cause, "The changes of '{0}' can't be had now", _table.Name);
                break;
            case Tick:
                OnTick();
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            case SubscribeAck:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AskForMissing()
    {
        if (_isAsking)
            return;
        _isAsking = true;
        _table.Ask(new Replay(_next, _settings.ReplayCount), isWrite: false, _settings.FollowSilence, default)
            .PipeTo(Self);
    }

    private void OnPublished(Published published)
    {
        if (published.FeedId == _feedId)
        {
            _lastHeard = Stopwatch.GetTimestamp();
            _lastSeen = Math.Max(_lastSeen, published.LastChange); // The numbers of another feed would be waited for in vain.
        }

        if (_isAsking)
            return;
        if (published.FeedId != _feedId || !_isFound || FirstMissing(published) is not null)
            AskForMissing();
        else
            PassOn(published.Changes);
    }

    /// <summary>The next number, if neither it nor a later one but those is among the changes.</summary>
    private long? FirstMissing(Published published)
    {
        foreach (TableChange change in published.Changes.Span)
        {
            if (change.Number >= _next)
                return change.FirstNumber > _next ? _next : null;
        }

        return published.LastChange >= _next ? _next : null;
    }

    private void OnReplayed(Replayed replayed)
    {
        _isAsking = false;
        _lastHeard = Stopwatch.GetTimestamp();
        if (_host is null)
        {
            _host = replayed.Host;
            DistributedPubSub.Get(Context.System).Mediator.Tell(
                new Subscribe(ClusterPaths.TopicOf(_table.Name, _host), Self));
            _next ??= replayed.LastChange + 1;
        }
        else if (_feedId != replayed.FeedId)
        {
            _isFound = false;
            _next = 1;
            _lastSeen = 0;
        }

        if (_next > replayed.LastChange + 1)
            _next = 1; // A number that never was: what there is is new to who asked.
        bool isOfThisFeed = _isFound || _feedId == 0 || _feedId == replayed.FeedId;
        _feedId = replayed.FeedId;
        if (!_isFound)
        {
            _isFound = true;
            _tell(new FeedFound(_table.Name, _host, _feedId, _next!.Value));
        }

        if (isOfThisFeed)
            PassOn(replayed.Changes);
        if (_next <= Math.Max(replayed.LastChange, _lastSeen))
            AskForMissing();
    }

    /// <summary>Tells the changes that are new.</summary>
    private void PassOn(Sequence<TableChange> changes)
    {
        long next = _next!.Value;
        TableChange[] fresh =
        [
            .. changes.Where(change => change.Number >= next).Select(
                change => change with { FirstNumber = Math.Max(change.FirstNumber, next) }),
        ];
        if (fresh.Length == 0)
            return;
        _next = fresh[^1].Number + 1;
        foreach (TableChange[] some in fresh.Chunk(_maxCount))
            _tell(new TableChanges(_table.Name, _host!, _feedId, new(some)));
    }

    private void OnTick()
    {
        if (Silence < _settings.FollowSilence)
        {
            if (!_isFound)
                AskForMissing();
            return;
        }

        AskForMissing();
        if (_isFound && Silence >= 2 * _settings.FollowSilence)
        {
            _isFound = false;
            _tell(new FeedSilent(_table.Name));
        }
    }

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static Tick Instance { get; } = new();
    }
}
