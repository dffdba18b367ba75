using Akka.Actor;
using Akka.Event;
using Netshm.Actors.Cluster.Common;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Tells the senders of requests that became dead letters on this node that they were not executed, so that they send them
/// again: while a partition moves, Akka's sharding drops what comes to its old place.
/// </summary>
internal sealed class UndeliveredRequests : SteadyActor
{
    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        // What the sharding drops is a dead letter inside of another one.
        while (message is AllDeadLetters { Message: AllDeadLetters inner })
            message = inner;
        if (message is AllDeadLetters { Message: Request } letter)
            letter.Sender.Tell(Undelivered.Instance);
    }
}
