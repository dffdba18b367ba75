using Akka.Actor;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Hands questions from elsewhere to the actor of a table of this process. Each process has a gate of its own for each
/// exposed table, at a path that no other process has.
/// </summary>
/// <remarks>It never waits: the table's actor answers on the thread pool, in whatever order questions are done.</remarks>
internal sealed class TableGate : TableEntrance
{
    /// <summary>The longest reply, however much is asked for: some 30 bytes each.</summary>
    private const int MaxReplayed = 1 << 16;

    private readonly string _path = Context.Self.Path.ToStringWithoutAddress();
    private readonly string _host;

    public TableGate(TableRef table, string host)
        : base(table) => _host = host;

    protected override void OnQuestion(object question)
    {
        switch (question)
        {
            case Ask(var id, _) when IsClosed:
                Sender.Tell(new Failed(
                    id, typeof(TableClosedException).FullName!, $"the process that served '{Table.Name}' ends"));
                break;
            case Ask ask:
                Execute(ask, Sender);
                break;
            case Probe when IsClosed:
                break;
            case Probe:
                Sender.Tell(new Alive(_path));
                break;
            default:
                Unhandled(question);
                break;
        }
    }

    private void Execute(Ask ask, IActorRef asker)
    {
        IActorRef self = Self;
        try
        {
            if (ask.Question is Replay replay)
            {
                Replayed replayed = Table.ReadNow(table => Read(table, replay));
                asker.Tell(new Answer(ask.Id, replayed, replayed.LastChange), self);
                return;
            }

            // Before the value is read: the reply has all changes up to this one.
            long asOf = Table.ReadNow(static table => table.HasChangeFeed ? table.LastChange : 0);
            if (ask.Question is not TableProtocol.Request request)
                throw new InvalidOperationException($"{ask.Question.GetType()} is no request to a table");
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

    private static object ReplyOf(long id, Task<object> done, long asOf) => done.IsCompletedSuccessfully
        ? new Answer(id, done.Result, asOf)
        : FailureOf(id, done.Exception!.InnerException!);

    private static Failed FailureOf(long id, Exception error) =>
        new(id, error.GetType().FullName!, error.Message);

    private Replayed Read(ShmTable table, Replay replay)
    {
        ChangeReader reader = table.ReadChanges(replay.From);
        long last = table.LastChange;
        if (replay.From is null)
            return new Replayed(_host, table.FeedId, reader.Next - 1, []);
        var changes = new TableChange[Math.Clamp(replay.MaxCount, 2, MaxReplayed)];
        int count = reader.Read(changes);
        return new Replayed(_host, table.FeedId, last, Sequence.Create<TableChange>(changes.AsSpan(0, count)));
    }
}
