using Akka;
using Akka.Actor;
using Netshm.Actors.Changes;
using Netshm.Actors.Tables;

namespace Netshm.Actors;

/// <summary>The parent of an actor system's table actors, at <c>/system/netshm</c>.</summary>
internal sealed class TableGuardian : UntypedActor
{
    private readonly CancellationTokenSource _end;
    private readonly List<(StartTable Start, IActorRef Sender)> _delayed = [];
    private IActorRef? _stopper;
    private bool _isStopping;

    /// <param name="end">Is cancelled when no actor of a table is left, and none will be started any more.</param>
    public TableGuardian(CancellationTokenSource end) => _end = end;

    /// <summary>Starts a table's actor; answered by the host, or by a <see cref="Status.Failure"/>.</summary>
    internal sealed record StartTable(TableHost Host, string ChildName) : INoSerializationVerificationNeeded;

    /// <summary>Lets all table actors execute what waits, and stops them; answered by <see cref="Done"/>.</summary>
    internal sealed record StopTables : INoSerializationVerificationNeeded;

    /// <summary>A table's actor is restarted as often as it takes: it makes growing pauses itself.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        cause => cause is ActorKilledException ? Directive.Stop : Directive.Restart);

    protected override void PreRestart(Exception reason, object message)
    {
        // Not PostStop, and no end of the tables' actors: they go on.
    }

    protected override void PostStop() => _end.Cancel();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartTable start:
                Start(start, Sender);
                break;
            case StopTables:
                _isStopping = true;
                _stopper = Sender;
                RefuseDelayed();
                foreach (IActorRef table in Context.GetChildren().Where(static child => ChildName.IsOfTable(child.Path.Name)))
                    table.Tell(PoisonPill.Instance); // Their publishers end after them.
                AnswerWhenAllHaveStopped();
                break;
            case Terminated terminated:
                StartDelayed(terminated.ActorRef.Path.Name);
                AnswerWhenAllHaveStopped();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Start(StartTable start, IActorRef sender)
    {
        if (_isStopping || start.Host.State == TableState.Closed)
        {
            sender.Tell(new Status.Failure(start.Host.Closed())); // Or the opener waits no longer.
            return;
        }

        if (!Context.Child(start.ChildName).IsNobody())
        {
            _delayed.Add((start, sender)); // A stopped table was opened again before its old actor was gone.
            return;
        }

        try
        {
            Start(start);
            sender.Tell(start.Host);
        }
        catch (Exception e)
        {
            // It is the opener's: thrown here it would end the actors of all other tables, and tell the opener nothing.
            sender.Tell(new Status.Failure(e));
        }
    }

    private static void Start(StartTable start)
    {
        Props props = Props.Create(() => new TableActor(start.Host))
            .WithDispatcher(start.Host.Settings.Dispatcher)
            .WithMailbox(NetshmSettings.MailboxPath);
        IActorRef table = Context.Watch(Context.ActorOf(props, start.ChildName));
        start.Host.Actor = table;
        start.Host.Publisher = Context.Watch(Context.ActorOf(Props.Create(() => new ChangePublisher(start.Host, table))));
    }

    private void StartDelayed(string childName)
    {
        int index = _delayed.FindIndex(delayed => delayed.Start.ChildName == childName);
        if (index < 0)
            return;
        (StartTable start, IActorRef sender) = _delayed[index];
        _delayed.RemoveAt(index);
        Start(start, sender);
    }

    private void RefuseDelayed()
    {
        foreach ((StartTable start, IActorRef sender) in _delayed)
            Start(start, sender);
        _delayed.Clear();
    }

    private void AnswerWhenAllHaveStopped()
    {
        if (_stopper is null || Context.GetChildren().Any())
            return;
        _stopper.Tell(Done.Instance);
        _stopper = null;
    }
}
