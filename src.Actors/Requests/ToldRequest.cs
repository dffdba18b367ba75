using Akka.Actor;

namespace Netshm.Actors.Requests;

/// <summary>A request that an actor sent as a message; the reply goes to it as a message.</summary>
internal sealed class ToldRequest(
    TableProtocol.Request request, long deadline, IActorRef sender, IActorRef table, int maxQueue)
    : PendingRequest(request, deadline)
{
    /// <summary>Whether it has a sender. Else its reply is no news for the dead letters, but a failure is.</summary>
    public required bool IsAwaited { get; init; }

    public override bool RunsCodeOfItsCaller => false;

    private bool IsSenderElsewhere => sender.Path.Address.HasGlobalScope;

    protected override void Fail(Exception failure) => sender.Tell(
        failure is TableBusyException
            ? new TableProtocol.Rejected(Request, maxQueue)
            : new Status.Failure(IsSenderElsewhere ? new RemoteTableException(failure) : failure, Request),
        table);

    protected override void Reply(object reply)
    {
        if (IsAwaited)
            sender.Tell(reply, table);
    }
}
