using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Event;
using Netshm.Actors.Common;
using Netshm.Actors.Requests;

namespace Netshm.Actors.Tables;

/// <summary>
/// Executes the requests for one table, one batch after the other, each under a single acquisition of the table's
/// lock; nobody else in this actor system modifies the table.
/// </summary>
/// <remarks>
/// <para>
/// It has a thread of its own (the setting <c>dispatcher</c>), on which it may wait for locks that other processes
/// hold. Requests are taken from the <see cref="RequestQueue"/>, into which <see cref="TableMailbox"/> puts them; so
/// refusals and deadlines are answered while this thread waits.
/// </para>
/// <para>
/// What a request throws is answered to its sender. After what the locks themselves throw, and after damage, the table is
/// let go and opened anew, again and again with growing pauses, until it works or the actor is stopped.
/// </para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Akka calls PostStop.")]
internal sealed class TableActor : UntypedActor
{
    /// <summary>When batches follow each other as fast as this, it is worth while to stay awake between them.</summary>
    private static readonly TimeSpan s_quickSuccession = TimeSpan.FromMicroseconds(200);

    private readonly TableHost _host;
    private readonly TableSettings _settings;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Action<TableRecovery> _publish;
    private int _interruptions;
    private TimeSpan _lockedSinceTurn;
    private long _awakeUntil;
    private ICancelable? _nextAttempt;

    public TableActor(TableHost host)
    {
        _host = host;
        _settings = host.Settings;
        EventStream events = Context.System.EventStream;
        _publish = recovery => events.Publish(new TableRecovered(host.Name, host.Settings.Location, recovery));
    }

    /// <summary>Says that requests wait in the queue.</summary>
    internal sealed class RunBatch : ISignal
    {
        public static RunBatch Instance { get; } = new();
    }

    /// <summary>Says that somebody who read the table directly found it damaged.</summary>
    /// <param name="Cause">What was found.</param>
    /// <param name="Table">As what the table was open then, if that is known: it may have been opened anew since.</param>
    internal sealed record Damaged(CorruptFileException Cause, OpenTable? Table = null) : ISignal;

    /// <summary>Asks for the table to be opened anew at once, if it is not open.</summary>
    internal sealed class Reopen : ISignal
    {
        private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Outcome => _outcome.Task;

        public void Succeed() => _outcome.SetResult();

        public void Fail(Exception reason) => _outcome.SetException(reason);
    }

    /// <summary>Says that the pause before the next attempt to open the table anew is over.</summary>
    private sealed class PauseIsOver : ISignal
    {
        public static PauseIsOver Instance { get; } = new();
    }

    /// <summary>A message of this process to the actor, which is no news when the actor has stopped.</summary>
    internal interface ISignal : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RunBatch when !_host.IsOpen:
                break; // They wait until it is.
            case RunBatch:
                bool isBusy = Stopwatch.GetElapsedTime(_awakeUntil) < s_quickSuccession;
                Run();
                if (isBusy)
                    Spin.Until(_host.Queue, static queue => !queue.SeemsEmpty);
                _awakeUntil = Stopwatch.GetTimestamp();
                break;
            case TableProtocol.IChangeRequest request:
                _host.Publisher.Forward(request);
                break;
            case Damaged(var cause, var table):
                if (_host.IsOpen && (table is null || _host.IsOpenAs(table)))
                    Suspend(cause);
                break;
            case Reopen reopen:
                AnswerTo(reopen);
                break;
            case PauseIsOver:
                _ = TryReopen();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PreStart()
    {
        _host.Recovered = _publish;
        if (_host.IsOpen && _host.Batches.LastRecovery is { } onOpening)
            _publish(onOpening);
    }

    protected override void PreRestart(Exception reason, object message)
    {
        // Not PostStop: the requests that wait survive the restart.
    }

    protected override void PostRestart(Exception reason)
    {
        _host.Recovered = _publish;
        Suspend(reason);
    }

    protected override void PostStop()
    {
        _nextAttempt?.Cancel();
        _host.Close();
    }

    private void Run()
    {
        if (_host.Queue.Count == 0)
            return; // An earlier batch took the request that this message was sent for.
        var batch = new Batch(_host.Queue, _settings);
        bool onlyRead = !_host.Queue.HasWrites;
        Exception? failure = null;
        try
        {
            ShmTable table = _host.Batches;
            table.Group(
                () =>
                {
                    long start = Stopwatch.GetTimestamp(); // Waiting for the lock keeps nobody else from it.
                    batch.Execute(table, onlyRead);
                    _lockedSinceTurn += Stopwatch.GetElapsedTime(start);
                },
                onlyRead ? GroupIntent.Read : GroupIntent.Write);
        }
        catch (LockTimeoutException)
        {
            return; // Nothing was taken. The mailbox says again that requests wait, unless all deadlines pass.
        }
        catch (OwnerFencedException e)
        {
            GiveUp(e);
            return;
        }
        catch (Exception e)
        {
            failure = e; // What the requests themselves throw is theirs; this is the table's.
        }
        finally
        {
            batch.Answer();
        }

        failure ??= batch.Damage;
        if (failure is not null)
        {
            Suspend(failure);
            return;
        }

        _host.Pauses.NoteWork();
        if (batch.IsInterrupted)
            StandBack();
        else
            GiveOthersTheirTurn();
    }

    /// <summary>Waits for a random time before a request is tried again whose locks could not be had.</summary>
    private void StandBack()
    {
        double limit = Math.Min(
            _settings.MaxBackoff.TotalMilliseconds,
            _settings.MinBackoff.TotalMilliseconds * Math.ScaleB(1, Math.Min(_interruptions, 30)));
        _interruptions++;
        Thread.Sleep(TimeSpan.FromMilliseconds(limit * (0.5 + (Random.Shared.NextDouble() / 2))));
    }

    /// <summary>
    /// Leaves the lock free for a moment when more requests wait and the table was locked for a batch's longest time
    /// since the last such moment, so that waiting processes can take it. Small batches need no pause of their own.
    /// </summary>
    private void GiveOthersTheirTurn()
    {
        _interruptions = 0;
        if (_lockedSinceTurn < _settings.MaxBatchTime)
            return;
        _lockedSinceTurn = TimeSpan.Zero;
        if (_host.Batches.Locking == LockingMethod.None || _host.Queue.Count == 0)
            return;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < _settings.TurnPause)
            Thread.Yield();
    }

    /// <summary>Ends, since the table is another owner's: nothing that waits may be executed here any more.</summary>
    private void GiveUp(OwnerFencedException reason)
    {
        _host.Queue.Close(reason);
        Context.Stop(Self);
    }

    /// <summary>Lets the table go, and opens it anew after a pause.</summary>
    private void Suspend(Exception failure)
    {
        _host.Suspend(failure);
        bool isDamage = failure is CorruptFileException;
        if (isDamage)
        {
            _log.Error(failure, "The table '{0}' is damaged; nothing is executed until it has been mended", _host.Name);
            Context.System.EventStream.Publish(new TableQuarantined(_host.Name, _settings.Location, failure));
        }

        ReopenAfter(_host.Pauses.Next(isDamage), failure);
    }

    private void ReopenAfter(TimeSpan pause, Exception failure)
    {
        _nextAttempt?.Cancel();
        if (pause == TimeSpan.Zero)
        {
            _ = TryReopen();
            return;
        }

        _log.Info("The table '{0}' is opened anew in {1}: {2}", _host.Name, pause, failure.Message);
        _nextAttempt = Context.System.Scheduler.ScheduleTellOnceCancelable(
            pause, Self, PauseIsOver.Instance, ActorRefs.NoSender);
    }

    private void AnswerTo(Reopen reopen)
    {
        if (TryReopen() is { } failure)
            reopen.Fail(failure);
        else
            reopen.Succeed();
    }

    /// <summary>Opens the table anew, unless it is open; when that fails it is tried again after a longer pause.</summary>
    /// <returns>Why it could not be opened, or null when it is open.</returns>
    private Exception? TryReopen()
    {
        if (_host.IsOpen)
            return null;
        Exception? before = _host.Failure;
        bool wasDamaged = before is CorruptFileException;
        try
        {
            _host.Reopen();
        }
        catch (OwnerFencedException e)
        {
            GiveUp(e);
            return e;
        }
        catch (CorruptFileException e) when (!wasDamaged)
        {
            Suspend(e);
            return e;
        }
        catch (Exception e)
        {
            ReopenAfter(_host.Pauses.Next(wasDamaged), e);
            return e;
        }

        _log.Warning(before, "The table '{0}' was opened anew after a failure", _host.Name);
        if (wasDamaged)
            Context.System.EventStream.Publish(new TableReopened(_host.Name, _settings.Location));
        return null;
    }
}
