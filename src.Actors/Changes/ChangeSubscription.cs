using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Event;
using Netshm.Actors.Tables;

namespace Netshm.Actors.Changes;

/// <summary>Tells a table's changes to one subscriber, run by run.</summary>
/// <remarks>
/// <para>
/// After each run an actor is asked for its identity, which Akka answers for it when it comes to the question: only then the next
/// run is sent. So the subscriber need not know of it, and can't be flooded.
/// </para>
/// <para>
/// A subscriber that is no actor of its own (<see cref="SubscriberKind"/>) would get the question as a message. It is not asked,
/// but has a pause after each run. One that seems to be an actor and has never answered gets a run each time the patience ends.
/// </para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Akka calls PostStop.")]
internal sealed class ChangeSubscription : UntypedActor, IWithTimers
{
    private const int ChangesAtOnce = 256;

    /// <summary>The question or its answer may be lost between machines.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Leaves one that can't be asked time for a run. What the feed loses meanwhile is told as a gap.</summary>
    private static readonly TimeSpan s_pauseOfUnasked = TimeSpan.FromMilliseconds(10);

    /// <summary>For how long it stays to hear an answer that would else be a dead letter.</summary>
    private static readonly TimeSpan s_patienceAtTheEnd = TimeSpan.FromMilliseconds(500);

    /// <summary>The pause before it looks again whether the table is open.</summary>
    private static readonly TimeSpan s_pauseWithoutTable = TimeSpan.FromMilliseconds(200);

    private readonly TableHost _host;
    private readonly IActorRef _subscriber;
    private readonly FrozenSet<int>? _keys;
    private readonly FrozenSet<ChangeKind>? _kinds;
    private readonly TableChange[] _changes = new TableChange[ChangesAtOnce];
    private readonly CancellationTokenSource _stopping = new();
    private ChangeReader _reader;
    private readonly bool _canBeAsked;
    private bool _hasAnswered;
    private long _runs;
    private bool _isAnswerDue;
    private bool _isLeaving;

    public ChangeSubscription(TableHost host, ChangeReader reader, IActorRef subscriber, ChangeFilter? filter)
    {
        _host = host;
        _reader = reader;
        _subscriber = subscriber;
        _canBeAsked = SubscriberKind.AnswersIdentify(subscriber);
        _keys = filter is { Keys.Count: > 0 } ? filter.Keys.ToFrozenSet() : null;
        _kinds = filter is { Kinds.Count: > 0 } ? filter.Kinds.ToFrozenSet() : null;
    }

    /// <summary>Says that there may be changes.</summary>
    private sealed class ReadOn : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static ReadOn Instance { get; } = new();
    }

    /// <summary>Says that the table's actor has stopped.</summary>
    internal sealed class End : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static End Instance { get; } = new();
    }

    /// <summary>Says that the subscriber wants no more of it.</summary>
    internal sealed class Cancel : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static Cancel Instance { get; } = new();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Context.Watch(_subscriber);
        _subscriber.Tell(new TableProtocol.Subscribed(_host.Name, _reader.Next));
        Self.Tell(ReadOn.Instance);
    }

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReadOn:
                if (!_isLeaving)
                    TellRun();
                break;
            case ActorIdentity identity:
                OnAnswer(identity);
                break;
            case ReceiveTimeout when _isLeaving:
                Context.Stop(Self);
                break;
            case ReceiveTimeout when _isAnswerDue && _hasAnswered:
                _subscriber.Tell(new Identify(_runs));
                break;
            case ReceiveTimeout:
                GoOn();
                break;
            case End when !_isLeaving:
                _subscriber.Tell(new TableProtocol.ChangesEnded(_host.Name, _host.EndReason));
                Leave();
                break;
            case Cancel or Terminated:
                Leave();
                break;
            case End:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAnswer(ActorIdentity identity)
    {
        _hasAnswered = true;
        if (!_isAnswerDue || !Equals(identity.MessageId, _runs))
            return; // The answer to a question that was asked twice, or that was given up.
        if (_isLeaving)
            Context.Stop(Self);
        else
            GoOn();
    }

    private void GoOn()
    {
        _isAnswerDue = false;
        Context.SetReceiveTimeout(null);
        TellRun();
    }

    /// <summary>Ends, when the last question has been answered.</summary>
    private void Leave()
    {
        _isLeaving = true;
        if (_isAnswerDue)
            Context.SetReceiveTimeout(s_patienceAtTheEnd);
        else
            Context.Stop(Self);
    }

    private void TellRun()
    {
        int count;
        try
        {
            count = _reader.Read(_changes);
        }
        catch (ObjectDisposedException)
        {
            ReadAnew();
            return;
        }
        catch (CorruptFileException e)
        {
            _subscriber.Tell(new Status.Failure(e));
            Leave();
            return;
        }

        int told = 0;
        foreach (TableChange change in _changes.AsSpan(0, count))
            told += Tell(change) ? 1 : 0;
        if (told > 0)
            LeaveItTime();
        else if (count > 0)
            Self.Tell(ReadOn.Instance);
        else
            _ = WaitForChange(_reader, Self, _stopping.Token);
    }

    /// <summary>The table was closed, for good or because its actor opens it anew; then the numbers go on.</summary>
    private void ReadAnew()
    {
        try
        {
            _reader = _host.ReadChanges(_reader.Next);
            Self.Tell(ReadOn.Instance);
        }
        catch (NetshmException) when (_host.State is TableState.Reopening or TableState.Quarantined or TableState.Open)
        {
            Timers.StartSingleTimer(nameof(ReadOn), ReadOn.Instance, s_pauseWithoutTable);
        }
        catch (Exception e) when (e is NetshmException or InvalidOperationException)
        {
            Self.Tell(End.Instance);
        }
    }

    private bool Tell(TableChange change)
    {
        bool isWanted = change.Kind is ChangeKind.Gap or ChangeKind.Cleared
            || (_keys?.Contains(change.Key) != false && _kinds?.Contains(change.Kind) != false);
        if (!isWanted)
            return false;
        _subscriber.Tell(change.Kind == ChangeKind.Gap
            ? new TableProtocol.Gap(_host.Name, change.FirstNumber, change.Number)
            : new TableProtocol.Changed(
                _host.Name, change.Number, change.Kind, change.Key, change.LengthInWords, change.Depth));
        return true;
    }

    private void LeaveItTime()
    {
        _isAnswerDue = _canBeAsked;
        Context.SetReceiveTimeout(_canBeAsked ? s_patience : s_pauseOfUnasked);
        if (_canBeAsked)
            _subscriber.Tell(new Identify(++_runs));
    }

    private static async Task WaitForChange(ChangeReader reader, IActorRef self, CancellationToken stopping)
    {
        try
        {
            await reader.WaitAsync(stopping).ConfigureAwait(false);
            self.Tell(ReadOn.Instance);
        }
        catch (OperationCanceledException)
        {
            // The subscription has ended.
        }
    }
}
