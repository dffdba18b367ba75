using System.Diagnostics;
using Akka.Actor;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>
/// Asks a table on another host for a <see cref="RemoteTableRef"/>: finds a gate, stays with it, and finds another one when
/// it is silent. docs/Cluster.md, "Reach".
/// </summary>
internal sealed class RemoteTable : SteadyActor, IWithTimers
{
    /// <summary>What the names of all such actors begin with: a gate knows by it that a member asks.</summary>
    private const string NamePrefix = "netshm-remote-";

    private const int TicksPerSilence = 4;

    /// <summary>For how long a gate that was left may still answer a write.</summary>
    private const int SilencesOfOldGate = 3;

    private readonly RemoteRoute _route;
    private readonly RemoteInbox _inbox;
    private readonly string _table;
    private readonly ClusterSettings _settings;

    /// <summary>What was sent, by its number, which tells the order too.</summary>
    private readonly SortedDictionary<long, RemoteAsk> _sent = [];

    /// <summary>What could not be sent yet, by its number.</summary>
    private readonly SortedDictionary<long, RemoteAsk> _waiting = [];

    private string? _host;
    private string? _gate;
    private GateClock _gateClock;
    private long _lastId;
    private long _lastHeard;
    private long _movedAt;

    public RemoteTable(RemoteRoute route, RemoteInbox inbox, string table, string? host, ClusterSettings settings)
    {
        _route = route;
        _inbox = inbox;
        _table = table;
        _host = host;
        _settings = settings;
    }

    /// <summary>The name of one of these actors, below /system.</summary>
    public static string NameOf(int number) => FormattableString.Invariant($"{NamePrefix}{number}");

    /// <summary>
    /// Whether a question comes from a member of the cluster. What a ClusterClient sends comes from an actor of the receptionist.
    /// </summary>
    public static bool IsOfMember(IActorRef asker) =>
        asker.Path.Name.StartsWith(NamePrefix, StringComparison.Ordinal) && asker.Path.Parent.Elements is ["system"];

    /// <summary>Says that there is something in the inbox.</summary>
    internal sealed class Look : INoSerializationVerificationNeeded
    {
        public static Look Instance { get; } = new();
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private bool IsSilent => Stopwatch.GetElapsedTime(_lastHeard) >= _settings.RemoteSilence;

    protected override void PreStart() =>
        Timers.StartPeriodicTimer("tick", Tick.Instance, _settings.RemoteSilence / TicksPerSilence);

    protected override void PostStop()
    {
        var reason = new TableClosedException($"the table '{_table}' can't be reached: the actor system has stopped");
        _inbox.Close(reason);
        foreach (RemoteAsk ask in _sent.Values)
            ask.Fail(ask.IsWrite ? Lost() : reason);
        foreach (RemoteAsk ask in _waiting.Values)
            ask.Fail(reason);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look:
                TakeFromInbox();
                break;
            case Answer answer:
                if (Settle(answer.Id, answer.Now) is { } answered)
                    answered.Succeed(answer);
                break;
            case AnswerTooLarge tooLarge:
                Settle(tooLarge.Id, tooLarge.Now)?.Fail(new ValueTooLargeException(
                    $"the reply of the table '{_table}'", tooLarge.Size, tooLarge.Limit, FrameLimit.Setting));
                break;
            case Failed failed:
                OnFailed(failed);
                break;
            case Alive(var gate, var now):
                NoteSignOfLife(gate, now);
                if (gate == _gate)
                    SendWaiting();
                break;
            case Located located:
                OnLocated(located);
                break;
            case Tick:
                OnTick();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void TakeFromInbox()
    {
        while (_inbox.TryDequeue(out RemoteAsk? ask))
        {
            if (_sent.Count + _waiting.Count >= _settings.MaxWaiting)
            {
                ask!.Fail(new TableBusyException(FormattableString.Invariant(
                    $"{_settings.MaxWaiting} requests wait for the remote table '{_table}'")));
                continue;
            }

            _waiting.Add(++_lastId, ask!);
        }

        if (_gate is null)
            Seek();
        else if (IsSilent && !_sent.Values.Any(ask => ask.SentTo == _gate))
            _route.Tell(_gate, new Probe(), Self); // After a pause it may be gone: a write would be lost on the way.
        else
            SendWaiting();
    }

    /// <summary>Asks at the door for a gate.</summary>
    private void Seek() => _route.Tell(ClusterPaths.OfDoors(_table, _host), new Locate(), Self);

    private void SendWaiting()
    {
        foreach ((long id, RemoteAsk ask) in _waiting)
        {
            if (!ask.IsDone)
                Send(id, ask);
        }

        _waiting.Clear();
    }

    private void Send(long id, RemoteAsk ask)
    {
        ask.SentTo = _gate;
        _sent.Add(id, ask);
        _route.Tell(_gate!, new Ask(id, ask.Question, _gateClock.ToOther(ask.Deadline)), Self);
    }

    /// <summary>Takes the question that has been answered, if it still waits for that.</summary>
    private RemoteAsk? Settle(long id, long now)
    {
        if (!_sent.Remove(id, out RemoteAsk? ask))
            return null;
        NoteSignOfLife(ask.SentTo, now);
        return ask;
    }

    private void NoteSignOfLife(string? gate, long now)
    {
        if (gate != _gate)
            return;
        _lastHeard = Stopwatch.GetTimestamp();
        _gateClock.Hear(now);
    }

    private void OnFailed(Failed failed)
    {
        if (Settle(failed.Id, failed.Now) is not { } ask)
            return;
        bool isClosed = failed.ErrorType == typeof(TableClosedException).FullName;
        bool isEarly = failed.ErrorType == typeof(RequestTimeoutException).FullName && !ask.Deadline.HasPassed;
        if (!isClosed && !isEarly)
        {
            ask.Fail(RemoteErrors.ExceptionOf(failed));
            return;
        }

        // It was not executed: the process is about to end, and its door is closed, so that another one will answer; or the
        // gate's clock was not what it seemed to be.
        _waiting.Add(failed.Id, ask);
        if (isClosed && ask.SentTo == _gate)
            _gate = null;
        if (_gate is null)
            Seek();
        else
            SendWaiting();
    }

    private void OnLocated(Located located)
    {
        if (_host is null)
            _host = located.Host;
        else if (_host != located.Host)
            return; // A late answer of the door for all hosts; the first one has decided.
        if (_gate is null || (located.Gate != _gate && IsSilent))
            MoveTo(located);
    }

    /// <summary>
    /// Goes over to another gate. Reads are sent again; writes stay with the old one, which may answer late.
    /// </summary>
    private void MoveTo(Located located)
    {
        _gate = located.Gate;
        _lastHeard = _movedAt = Stopwatch.GetTimestamp();
        _gateClock.Hear(located.Now);
        foreach ((long id, RemoteAsk ask) in _sent.Where(static item => !item.Value.IsWrite).ToList())
        {
            _ = _sent.Remove(id);
            _waiting.Add(id, ask);
        }

        SendWaiting();
    }

    private void OnTick()
    {
        bool isPatienceOver = Stopwatch.GetElapsedTime(_movedAt) >= SilencesOfOldGate * _settings.RemoteSilence;
        GiveUp(_waiting, ask => ask.Deadline.HasPassed ? Late() : null);
        GiveUp(_sent, ask => ask.Deadline.HasPassed ? ask.IsWrite ? Lost() : Late()
            : isPatienceOver && ask.SentTo != _gate ? Lost() : null);
        if (_waiting.Count == 0 && !(IsSilent && _sent.Values.Any(ask => ask.SentTo == _gate)))
            return;
        Seek();
        if (_gate is not null)
            _route.Tell(_gate, new Probe(), Self);
    }

    /// <summary>Takes out what nobody waits for any more, and fails what there is a reason for.</summary>
    private static void GiveUp(SortedDictionary<long, RemoteAsk> asks, Func<RemoteAsk, Exception?> reasonFor)
    {
        foreach ((long id, RemoteAsk ask) in asks.ToList())
        {
            Exception? reason = ask.IsDone ? null : reasonFor(ask);
            if (reason is not null)
                ask.Fail(reason);
            if (ask.IsDone)
                _ = asks.Remove(id);
        }
    }

    private OutcomeUnknownException Lost() => new(
        $"the process that served the table '{_table}' gave no answer; it may have executed the request or not");

    private RequestTimeoutException Late() => new($"the remote table '{_table}' did not answer before the deadline");

    private sealed class Tick : INoSerializationVerificationNeeded
    {
        public static Tick Instance { get; } = new();
    }
}
