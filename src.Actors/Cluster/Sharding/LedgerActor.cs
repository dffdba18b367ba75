using Akka.Actor;
using Akka.Event;
using Netshm.Actors.Cluster.Common;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Keeps the host's ledger up to date, and answers from it what the host has: the part of a <see cref="PartitionKeeper"/>'s work
/// that may have to wait for the ledger's lock. It waits on threads of its own, one after the other.
/// </summary>
internal sealed class LedgerActor : SteadyActor, IWithTimers
{
    private readonly ShardedTableNode _node;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<(LocateCopy Question, IActorRef Asker)> _questions = [];
    private IReadOnlyCollection<ActivePartition>? _unnoted;
    private bool _isWorking;

    public LedgerActor(ShardedTableNode node) => _node = node;

    /// <summary>Notes with each partition that is served here which hosts are there now. The latest order counts.</summary>
    internal sealed record NoteHosts(IReadOnlyCollection<ActivePartition> Served) : INoSerializationVerificationNeeded;

    /// <summary>Says that some work is done, or could not be.</summary>
    private sealed record Done(Exception? Failure, IReadOnlyCollection<ActivePartition>? Unnoted)
        : INoSerializationVerificationNeeded;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NoteHosts order:
                Timers.Cancel(nameof(NoteHosts)); // Of an older order that failed.
                _unnoted = order.Served;
                WorkOn();
                break;
            case LocateCopy question:
                _questions.Enqueue((question, Sender));
                WorkOn();
                break;
            case Done done:
                OnDone(done);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void WorkOn()
    {
        if (_isWorking)
            return;
        if (_questions.TryDequeue(out (LocateCopy Question, IActorRef Asker) next))
        {
            IActorRef self = Self;
            Begin(() => next.Asker.Tell(AnswerTo(next.Question), self), unnoted: null);
        }
        else if (_unnoted is { } served)
        {
            _unnoted = null;
            Begin(() => Note(served), served);
        }
    }

    private void Begin(Action work, IReadOnlyCollection<ActivePartition>? unnoted)
    {
        _isWorking = true;
        OwnThread.Run(work).PipeTo(
            Self, success: () => new Done(null, null), failure: cause => new Done(cause, unnoted));
    }

    private void OnDone(Done done)
    {
        _isWorking = false;
        if (done.Failure is not null)
            _log.Error(done.Failure, "The host's ledger of the sharded table '{0}' can't be used now", _node.Name);
        if (done.Unnoted is not null && _unnoted is null)
            Timers.StartSingleTimer(nameof(NoteHosts), new NoteHosts(done.Unnoted), _node.Settings.RetryInterval);
        WorkOn();
    }

    private void Note(IReadOnlyCollection<ActivePartition> served)
    {
        foreach (ActivePartition partition in served)
            _node.Ledger.Note(partition, _node.Hosts.All);
    }

    private CopyLocation AnswerTo(LocateCopy question) => new(
        _node.Hosts.Self,
        question.Wanted is { } wanted && _node.Files.Has(question.Partition, wanted),
        _node.ClaimOf(question.Partition));
}
