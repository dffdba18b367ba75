using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Event;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Protocol;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Owns a partition, as the only one in the cluster: opens it, passes requests on to its table's actor, and when the
/// partition is to go elsewhere lets everything accepted be executed before it stops.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "PostStop disposes of what it owns.")]
internal sealed class PartitionActor : SteadyActor, IWithTimers
{
    private readonly ShardedTableNode _node;
    private readonly int _partition;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _opening = new();
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>What came before the partition was open.</summary>
    private readonly Queue<(Request Request, IActorRef Sender)> _waiting = [];

    private ActivePartition? _active;
    private bool _isOpening;
    private bool _isStopping;

    /// <summary>
    /// Whether the table was lost to another process since this one opened it, or began to. Until it owns the partition again it
    /// keeps no requests: they were sent to the owner that it is no more.
    /// </summary>
    private bool _hasLostTable;

    public PartitionActor(ShardedTableNode node, int partition)
    {
        _node = node;
        _partition = partition;
    }

    /// <summary>Sent by the cluster's sharding when the partition is to go elsewhere.</summary>
    internal sealed class StopOwning : INoSerializationVerificationNeeded
    {
        public static StopOwning Instance { get; } = new();
    }

    private sealed record OpeningFailed(Exception Cause) : INoSerializationVerificationNeeded;

    private sealed class OpenAgain : INoSerializationVerificationNeeded;

    /// <summary>Says that a request found that another process has taken a table over.</summary>
    private sealed record Fenced(ActivePartition Former) : INoSerializationVerificationNeeded;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Open();

    protected override void PostStop()
    {
        _opening.Cancel();
        _opening.Dispose();
        SendWaitingBack();

        // Ended before everything accepted was executed, by the sharding's handoff-timeout say: another owner may have read
        // the file when what still waits would be executed.
        _active?.Table.Abandon();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Request when _isStopping || _hasLostTable:
                Sender.Tell(Undelivered.Instance);
                break;
            case Request request when _active is null:
                Keep(request);
                break;
            case Request request:
                Execute(request, Sender);
                break;
            case Fenced(var former) when ReferenceEquals(former, _active):
                _hasLostTable = true;
                former.Table.Abandon(); // At its end this actor opens it again, if it is the owner still.
                break;
            case Fenced:
                break;
            case Wake when _active is null:
                break; // All keepers are told when it is open.
            case Wake:
                Sender.Tell(new Serving(_partition, _node.Hosts.Self, _active!.Generation));
                break;
            case ActivePartition active:
                _isOpening = _hasLostTable = false;
                Serve(active);
                break;
            case OpeningFailed failed:
                _isOpening = false;
                OnFailure(failed.Cause);
                break;
            case OpenAgain:
                Open();
                break;
            case StopOwning:
                _isStopping = true;
                _opening.Cancel();
                StopWhenClosed();
                break;
            case Terminated:
                OnTableStopped();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Open()
    {
        _isOpening = true;
        var activation = new PartitionActivation(_node, _partition, _opening.Token);
        Task.Run(activation.RunAsync).PipeTo(Self, failure: cause => new OpeningFailed(cause));
    }

    private void SendWaitingBack()
    {
        while (_waiting.TryDequeue(out (Request Request, IActorRef Sender) kept))
            kept.Sender.Tell(Undelivered.Instance);
    }

    private void Keep(Request request)
    {
        if (_waiting.Count < _node.MaxQueue)
            _waiting.Enqueue((request, Sender));
        else
            Refuse(Sender, new TableBusyException(Inv($"{_waiting.Count} requests wait for partition {_partition}")));
    }

    private void Serve(ActivePartition active)
    {
        _active = active;
        Context.Watch(active.Table.Actor);
        if (_isStopping)
        {
            StopWhenClosed();
            return;
        }

        var started = new PartitionStarted(
            _node.Name, _partition, active.Origin, active.Table.Settings.Location, active.Bindings,
            Stopwatch.GetElapsedTime(_start));
        if (active.Origin == PartitionOrigin.Lost)
            _log.Warning("No host has the current contents of {0}: it begins empty", started);
        _node.Keeper.Tell(new PartitionKeeper.Opened(active));
        Context.System.EventStream.Publish(started);
        while (_waiting.TryDequeue(out var kept))
            Execute(kept.Request, kept.Sender);
    }

    /// <summary>Has a request executed by the table's actor; its answer does not come through this actor.</summary>
    private void Execute(Request request, IActorRef sender)
    {
        if (request.Deadline.HasPassed)
        {
            Refuse(sender, new RequestTimeoutException(Inv(
                $"the request reached partition {_partition} of '{_node.Name}' after its deadline; it was not executed")));
            return;
        }

        ActivePartition active = _active!;
        var operation = new LocalOperation(table => ExecuteAsOwner(request, table, active), request.IsWrite)
        {
            Timeout = request.Deadline.Left,
        };
        _ = AnswerAsync(active, operation, sender, Self);
    }

    /// <summary>
    /// Executes a request under the table's lock. Another actor system of this process may have taken the partition over: then the
    /// table's handle is that system's, and what this owner still has must not pass for its work.
    /// </summary>
    private static object ExecuteAsOwner(Request request, ShmTable table, ActivePartition active)
    {
        if (request.IsWrite)
            table.ThrowUnlessOwner(active.OwnerEpoch);
        return request.Execute(table);
    }

    private async Task AnswerAsync(ActivePartition active, LocalOperation operation, IActorRef sender, IActorRef self)
    {
        object reply;
        try
        {
            reply = Fitting(
                await active.Table.Ask(operation, static reply => reply, CancellationToken.None).ConfigureAwait(false));
        }
        catch (TableClosedException)
        {
            reply = Undelivered.Instance; // The table was closed under it; whoever owns the partition next executes it.
        }
        catch (OwnerFencedException)
        {
            self.Tell(new Fenced(active));
            reply = Undelivered.Instance;
        }
        catch (Exception e)
        {
            reply = NotExecuted.With(e);
        }

        sender.Tell(reply);
    }

    /// <summary>A reply as it is, or what is said instead of one that Akka would drop on its way.</summary>
    private object Fitting(object reply) =>
        ShardedWireFormat.SizeOf(reply) is var size && size > _node.FrameLimit.Bytes
            ? new PartitionReplyTooLarge(size, _node.FrameLimit.Bytes)
            : reply;

    private void OnFailure(Exception cause)
    {
        if (_isStopping)
        {
            StopWhenClosed();
            return;
        }

        if (cause.GetBaseException() is OwnerFencedException)
        {
            _hasLostTable = true;
            SendWaitingBack();
        }

        _log.Warning(cause, "Partition {0} of '{1}' could not be opened; trying again", _partition, _node.Name);
        Timers.StartSingleTimer(nameof(OpenAgain), new OpenAgain(), _node.Settings.RetryInterval);
    }

    /// <summary>Stops when the table's actor has executed everything and stopped, or has not been started.</summary>
    private void StopWhenClosed()
    {
        if (_active is not null)
            _active.Table.Actor.Tell(PoisonPill.Instance); // It is taken after all requests that came before.
        else if (!_isOpening)
            Context.Stop(Self);
    }

    private void OnTableStopped()
    {
        _active = null;
        if (_isStopping)
        {
            _node.Keeper.Tell(new PartitionKeeper.Parked(_partition));
            Context.Stop(Self);
        }
        else
        {
            _hasLostTable = true;
            Open();
        }
    }

    private static void Refuse(IActorRef sender, NetshmException reason) => sender.Tell(NotExecuted.With(reason));

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
