using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Cluster.Reach;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Changes;

/// <summary>
/// Publishes the changes of a table as long as this process has the publisher's lock, and tries to get it as long as it has
/// not; docs/Cluster.md, "The changes".
/// </summary>
internal sealed class ClusterPublisher : SteadyActor, IWithTimers
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly string _topic;
    private readonly int _maxCount = ChangeBatch.MaxCount(FrameLimit.Of(Context.System));
    private readonly ClusterSettings _settings;
    private readonly ConcurrentDictionary<string, bool> _published;
    private TableRef _table;
    private Publication? _publication;

    public ClusterPublisher(
        TableRef table, string host, ClusterSettings settings, ConcurrentDictionary<string, bool> published)
    {
        _table = table;
        _topic = ClusterPaths.TopicOf(table.Name, host);
        _settings = settings;
        _published = published;
    }

    /// <summary>Says that a publication has come to its end.</summary>
    private sealed record Ended(Publication Publication, Exception? Cause)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression; // The actor may have stopped first.

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Timers.StartPeriodicTimer(
        "election", new Election(), TimeSpan.Zero, _settings.ElectionInterval);

    protected override void PostStop() => Resign();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Election when _publication is null && !_table.IsClosed:
                Stand();
                break;
            case Election:
                break;
            case Ended(var publication, var cause) when publication == _publication:
                // The table is being closed, or opened anew: whoever has it open may be the next.
                _log.Debug(cause, "The publication of '{0}' has ended", _table.Name);
                Resign();
                break;
            case Ended:
                break;
            case TableEntrance.Serve(var table):
                _table = table;
                break;
            case TableEntrance.Close:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Stand()
    {
        IActorRef self = Self;
        try
        {
            _publication = _table.ReadNow(table => table.HasChangeFeed && table.TryTakePublisherLock() is { } held
                ? new Publication(table, held, _settings, _maxCount, message => _mediator.Tell(new Publish(_topic, message)))
                : null);
        }
        catch (Exception e) when (e is NetshmException or ObjectDisposedException)
        {
            _log.Debug(e, "'{0}' can't be published now", _table.Name);
        }

        if (_publication is not { } publication)
            return;
        _published[_table.Name] = true;
        publication.Start(cause => self.Tell(new Ended(publication, cause)));
    }

    private void Resign()
    {
        _publication?.Dispose();
        _publication = null;
        _published[_table.Name] = false;
    }

    private sealed class Election : INoSerializationVerificationNeeded;
}
