using Akka.Actor;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Hands questions from elsewhere to the actor of a table of this process. Each process has a gate of its own for each
/// exposed table, at a path that no other process has.
/// </summary>
/// <remarks>It never waits: the table's actor answers on the thread pool, in whatever order questions are done.</remarks>
internal sealed class TableGate : UntypedActor
{
    private readonly string _path = Context.Self.Path.ToStringWithoutAddress();
    private readonly ClusterSerializer _serializer = new((ExtendedActorSystem)Context.System);
    private TableRef _table;
    private bool _isClosed;

    public TableGate(TableRef table) => _table = table;

    /// <summary>Says that a table that was closed has been opened again.</summary>
    internal sealed record Serve(TableRef Table) : INoSerializationVerificationNeeded;

    /// <summary>Says that the process is about to end: callers are to go elsewhere while they can be told so.</summary>
    internal sealed record Close : INoSerializationVerificationNeeded;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Ask(var id, _) when _isClosed:
                Sender.Tell(new Failed(
                    id, typeof(TableClosedException).FullName!, $"the process that served '{_table.Name}' ends"));
                break;
            case Ask(var id, TableProtocol.Request request):
                Execute(id, request, Sender);
                break;
            case Probe:
                if (!_isClosed)
                    Sender.Tell(new Alive(_path));
                break;
            case Close:
                _isClosed = true;
                break;
            case Serve(var table):
                _table = table;
                break;
            case Letter letter:
                OnReceive(_serializer.Open(letter));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static object ReplyOf(long id, Task<object> done, long asOf)
    {
        if (done.IsCompletedSuccessfully)
            return new Answer(id, done.Result, asOf);
        Exception error = done.Exception!.InnerException!;
        return new Failed(id, error.GetType().FullName!, error.Message);
    }

    private void Execute(long id, TableProtocol.Request request, IActorRef asker)
    {
        IActorRef self = Self;
        _ = _table.Ask(request, static reply => reply, CancellationToken.None).ContinueWith(
            done => asker.Tell(ReplyOf(id, done, 0), self),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
