using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;
using Netshm.Actors.Protocol;
using Netshm.Actors.Requests;
using Netshm.Actors.Tables;

namespace Netshm.Actors;

/// <summary>
/// The mailbox of table actors. Requests go straight into the table's <see cref="RequestQueue"/> on the sender's
/// thread, which refuses them at once where it must. As long as there are some, the actor gets a
/// <see cref="TableActor.RunBatch"/> instead, and takes as many as it can run under one lock.
/// </summary>
public sealed class TableMailbox : MailboxType, IProducesMessageQueue<TableMessageQueue>
{
    /// <summary>Called by Akka for the configuration's <c>mailbox-type</c>.</summary>
    public TableMailbox(Akka.Actor.Settings settings, Config config)
        : base(settings, config)
    {
    }

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) =>
        new TableMessageQueue(owner, NetshmExtension.Get(system).HostOf(owner), system.DeadLetters);
}

/// <summary>See <see cref="TableMailbox"/>.</summary>
internal sealed class TableMessageQueue : IMessageQueue
{
    private readonly ConcurrentQueue<Envelope> _others = new();
    private readonly IActorRef _owner;
    private readonly TableHost _host;
    private readonly IActorRef _nobody;

    public TableMessageQueue(IActorRef owner, TableHost host, IActorRef nobody)
    {
        _owner = owner;
        _host = host;
        _nobody = nobody;
    }

    public bool HasMessages => !_others.IsEmpty || CanRun;

    public int Count => _others.Count + _host.Queue.Count;

    /// <summary>Whether there are requests, and a table for them: while it is opened anew they stay where they are.</summary>
    private bool CanRun => _host.IsOpen && _host.Queue.Count > 0;

    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        switch (envelope.Message)
        {
            case TableProtocol.Request told:
                _host.Queue.Enqueue(new ToldRequest(told, _host.DeadlineOf(told), envelope.Sender, _owner, _host.Settings.MaxQueue)
                {
                    IsAwaited = !envelope.Sender.Equals(_nobody),
                });
                break;
            case RequestTooLarge tooLarge:
                envelope.Sender.Tell(tooLarge.ToFailure(), _owner);
                break;
            case PoisonPill:
                // It is taken after the requests that came before it, and none may come after it.
                _host.Queue.Complete(_host.Closed());
                _others.Enqueue(envelope);
                break;
            default:
                _others.Enqueue(envelope);
                break;
        }
    }

    public bool TryDequeue(out Envelope envelope)
    {
        bool hasRequests = CanRun;
        if (_others.TryPeek(out envelope) && !(hasRequests && envelope.Message is PoisonPill))
            return _others.TryDequeue(out envelope);
        envelope = new Envelope(TableActor.RunBatch.Instance, _owner);
        return hasRequests;
    }

    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        ArgumentNullException.ThrowIfNull(deadletters);
        _host.Queue.Close(_host.Closed());
        while (_others.TryDequeue(out Envelope envelope))
        {
            if (envelope.Message is TableActor.Reopen reopen)
                reopen.Fail(_host.Closed());
            else
                deadletters.Enqueue(owner, envelope);
        }
    }
}
