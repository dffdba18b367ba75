using Akka.Actor;
using Netshm.Actors.Tables;

namespace Netshm.Actors.Changes;

/// <summary>Keeps a <see cref="ChangeSubscription"/> for each subscriber of a table; ends with the table's actor.</summary>
internal sealed class ChangePublisher : UntypedActor
{
    private readonly TableHost _host;
    private readonly IActorRef _table;
    private readonly Dictionary<IActorRef, Entry> _entries = [];
    private bool _hasEnded;

    public ChangePublisher(TableHost host, IActorRef table)
    {
        _host = host;
        _table = table;
    }

    protected override void PreStart() => Context.Watch(_table);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TableProtocol.IChangeRequest request:
                Receive(request, Sender);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_table):
                End();
                break;
            case Terminated terminated:
                OnEndOf(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>A subscription that is there ends first, so that nothing of it comes after the answer.</summary>
    private void Receive(TableProtocol.IChangeRequest request, IActorRef subscriber)
    {
        if (_entries.TryGetValue(subscriber, out Entry? entry))
        {
            entry.Next = request;
            entry.Subscription.Tell(ChangeSubscription.Cancel.Instance);
        }
        else
        {
            Carry(request, subscriber);
        }
    }

    private void Carry(TableProtocol.IChangeRequest request, IActorRef subscriber)
    {
        if (_hasEnded)
            subscriber.Tell(new TableProtocol.ChangesEnded(_host.Name, _host.EndReason));
        else if (request is TableProtocol.Subscribe subscribe)
            Start(subscribe, subscriber);
        else
            subscriber.Tell(new TableProtocol.Unsubscribed(_host.Name));
    }

    private void Start(TableProtocol.Subscribe subscribe, IActorRef subscriber)
    {
        try
        {
            ChangeReader reader = _host.ReadChanges(subscribe.From);
            IActorRef subscription = Context.ActorOf(Props.Create(
                () => new ChangeSubscription(_host, reader, subscriber, subscribe.Filter)));
            _entries.Add(subscriber, new Entry(Context.Watch(subscription)));
        }
        catch (Exception e) when (e is NetshmException or InvalidOperationException)
        {
            subscriber.Tell(new Status.Failure(e, subscribe));
        }
    }

    private void OnEndOf(IActorRef subscription)
    {
        (IActorRef subscriber, Entry entry) = _entries.First(entry => entry.Value.Subscription.Equals(subscription));
        _entries.Remove(subscriber);
        if (entry.Next is { } next)
            Carry(next, subscriber);
        StopAfterLast();
    }

    private void End()
    {
        _hasEnded = true;
        foreach (Entry entry in _entries.Values)
            entry.Subscription.Tell(ChangeSubscription.End.Instance);
        StopAfterLast();
    }

    private void StopAfterLast()
    {
        if (_hasEnded && _entries.Count == 0)
            Context.Stop(Self);
    }

    /// <summary>A subscription, and what its subscriber wants when it has ended.</summary>
    private sealed class Entry(IActorRef subscription)
    {
        public IActorRef Subscription { get; } = subscription;

        public TableProtocol.IChangeRequest? Next { get; set; }
    }
}
