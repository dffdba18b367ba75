using Akka.Actor;
using Akka.Event;

namespace Netshm.Actors.Cluster.Common;

/// <summary>
/// An actor that keeps what it knows when a message makes it throw. It knows what nobody tells it twice: what waits for an
/// answer, which table it leads to, that its process is about to end. Akka's restart would forget all that, and end what depends
/// on it by <see cref="ActorBase.PostStop"/>.
/// </summary>
internal abstract class SteadyActor : UntypedActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();

    protected override bool AroundReceive(Receive receive, object message)
    {
        try
        {
            return base.AroundReceive(receive, message);
        }
        catch (Exception e)
        {
            _log.Error(e, "A message of type {0} could not be dealt with; the actor goes on with the next one", message.GetType());
            return true;
        }
    }
}
