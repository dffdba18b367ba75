using Akka.Actor;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>
/// Hands questions from elsewhere to the actor of a table of this process. Each process has a gate of its own for each
/// exposed table, at a path that no other process has.
/// </summary>
/// <remarks>It never waits: the table's actor answers on the thread pool, in whatever order questions are done.</remarks>
internal sealed class TableGate : TableEntrance
{
    private readonly string _path = Context.Self.Path.ToStringWithoutAddress();
    private readonly string _host;
    private readonly ClusterMessages _messages = new((ExtendedActorSystem)Context.System);
    private readonly FrameLimit _frameLimit = FrameLimit.Of(Context.System);

    public TableGate(TableRef table, string host)
        : base(table) => _host = host;

    protected override void OnQuestion(object question)
    {
        switch (question)
        {
            case Ask ask when RefusalOf(ask, Sender) is { } refusal:
                Sender.Tell(FailureOf(ask.Id, refusal));
                break;
            case Ask ask:
                Execute(ask, Sender);
                break;
            case Probe when IsClosed:
                break;
            case Probe:
                Sender.Tell(new Alive(_path, GateClock.Now));
                break;
            default:
                Unhandled(question);
                break;
        }
    }

    /// <summary>Why a question is not executed.</summary>
    private Exception? RefusalOf(Ask ask, IActorRef asker)
    {
        if (IsClosed)
            return new TableClosedException($"the process that served '{Table.Name}' ends");
        if (ask.Deadline.HasPassed)
            return new RequestTimeoutException($"the request reached '{Table.Name}' after its deadline; it was not executed");
        if (ask.Question is TableProtocol.Request { IsWrite: true } && !Table.Settings.Cluster.ClientWrites
            && !RemoteTable.IsOfMember(asker))
        {
            return new UnauthorizedAccessException(
                $"'{Table.Name}' is written to by members of the cluster only; cluster.client-writes = on lets clients write, too");
        }

        return ask.Question is TableProtocol.Request or Replay
            ? null
            : new InvalidOperationException($"{ask.Question.GetType()} is no request to a table");
    }

    private void Execute(Ask ask, IActorRef asker)
    {
        IActorRef self = Self;
        try
        {
            if (ask.Question is Replay replay)
            {
                Replayed replayed = Table.ReadNow(table => Read(table, replay));
                asker.Tell(new Answer(ask.Id, replayed, replayed.LastChange, GateClock.Now), self);
                return;
            }

            // Before the value is read: the reply has all changes up to this one.
            long asOf = Table.ReadNow(static table => table.HasChangeFeed ? table.LastChange : 0);
            TableProtocol.Request request = (TableProtocol.Request)ask.Question with { Timeout = ask.Deadline.Left };
            _ = Table.Ask(request, static reply => reply, CancellationToken.None).ContinueWith(
                done => asker.Tell(ReplyOf(ask.Id, done, asOf), self),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
        catch (Exception e) when (e is NetshmException or InvalidOperationException or IOException)
        {
            asker.Tell(FailureOf(ask.Id, e), self);
        }
    }

    private object ReplyOf(long id, Task<object> done, long asOf)
    {
        if (!done.IsCompletedSuccessfully)
            return FailureOf(id, done.Exception!.InnerException!);
        var answer = new Answer(id, done.Result, asOf, GateClock.Now);
        long size = _messages.SizeOf(answer);
        return size <= _frameLimit.Bytes ? answer : new AnswerTooLarge(id, size, _frameLimit.Bytes, GateClock.Now);
    }

    private static Failed FailureOf(long id, Exception error) =>
        new(id, error.GetType().FullName!, error.Message, GateClock.Now);

    /// <summary>Reads as many changes as are wanted, or as fit into a message; whoever wants more asks again.</summary>
    private Replayed Read(ShmTable table, Replay replay)
    {
        ChangeReader reader = table.ReadChanges(replay.From);
        long last = table.LastChange;
        if (replay.From is null)
            return new Replayed(_host, table.FeedId, reader.Next - 1, []);
        var changes = new TableChange[Math.Clamp(replay.MaxCount, ChangeBatch.MinCount, ChangeBatch.MaxCount(_frameLimit))];
        int count = reader.Read(changes);
        return new Replayed(_host, table.FeedId, last, Sequence.Create<TableChange>(changes.AsSpan(0, count)));
    }
}
