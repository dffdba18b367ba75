using Akka;
using Akka.Actor;

namespace Netshm.Actors;

/// <summary>The parent of an actor system's table actors, at <c>/system/netshm</c>.</summary>
internal sealed class TableGuardian : UntypedActor
{
    private const int MaxRestarts = 10;
    private static readonly TimeSpan s_restartWindow = TimeSpan.FromMinutes(1);

    private readonly List<(StartTable Start, IActorRef Sender)> _delayed = [];
    private readonly HashSet<IActorRef> _tables = [];
    private IActorRef? _stopper;

    /// <summary>Starts a table's actor; answered by its reference, or by a <see cref="Status.Failure"/>.</summary>
    internal sealed record StartTable(TableHost Host, string ChildName) : INoSerializationVerificationNeeded;

    /// <summary>Lets all table actors execute what waits, and stops them; answered by <see cref="Done"/>.</summary>
    internal sealed record StopTables : INoSerializationVerificationNeeded;

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(
        MaxRestarts,
        s_restartWindow,
        cause => cause is ActorKilledException ? Directive.Stop : Directive.Restart);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case StartTable start:
                Start(start, Sender);
                break;
            case StopTables:
                _stopper = Sender;
                foreach (IActorRef table in _tables)
                    table.Tell(PoisonPill.Instance); // Their publishers end after them.
                AnswerWhenAllHaveStopped();
                break;
            case Terminated terminated:
                _tables.Remove(terminated.ActorRef);
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
        if (!Context.Child(start.ChildName).IsNobody())
        {
            _delayed.Add((start, sender)); // A stopped table was opened again before its old actor was gone.
            return;
        }

        try
        {
            sender.Tell(Start(start));
        }
        catch (Exception e)
        {
            // It is the opener's: thrown here it would end the actors of all other tables, and tell the opener nothing.
            sender.Tell(new Status.Failure(e));
        }
    }

    private IActorRef Start(StartTable start)
    {
        Props props = Props.Create(() => new TableActor(start.Host))
            .WithDispatcher(start.Host.Settings.Dispatcher)
            .WithMailbox(NetshmSettings.MailboxPath);
        IActorRef table = Context.Watch(Context.ActorOf(props, start.ChildName));
        start.Host.Publisher = Context.Watch(Context.ActorOf(Props.Create(() => new ChangePublisher(start.Host, table))));
        _tables.Add(table);
        return table;
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

    private void AnswerWhenAllHaveStopped()
    {
        if (_stopper is null || Context.GetChildren().Any())
            return;
        _stopper.Tell(Done.Instance);
        _stopper = null;
    }
}
