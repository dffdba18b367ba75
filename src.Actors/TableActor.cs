using System.Diagnostics;
using Akka.Actor;
using Akka.Event;

namespace Netshm.Actors;

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
/// What a request throws is answered to its sender. What the locks themselves throw escapes: the guardian restarts
/// the actor, which opens the table anew and goes on with the requests that wait.
/// </para>
/// </remarks>
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

    public TableActor(TableHost host)
    {
        _host = host;
        _settings = host.Settings;
        EventStream events = Context.System.EventStream;
        _publish = recovery => events.Publish(new TableRecovered(host.Name, host.Settings.Location, recovery));
    }

    /// <summary>Says that requests wait in the queue.</summary>
    internal sealed class RunBatch : INoSerializationVerificationNeeded
    {
        public static RunBatch Instance { get; } = new();
    }

    /// <summary>Says that somebody who read the table directly found it damaged.</summary>
    internal sealed record Damaged(CorruptFileException Cause) : INoSerializationVerificationNeeded;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
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
            case Damaged damaged:
                Quarantine(damaged.Cause);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PreStart()
    {
        _host.Recovered = _publish;
        if (_host.Batches.LastRecovery is { } onOpening)
            _publish(onOpening);
    }

    protected override void PreRestart(Exception reason, object message)
    {
        // Not PostStop: the requests that wait survive the restart.
    }

    protected override void PostRestart(Exception reason)
    {
        try
        {
            _host.Reopen();
            _host.Recovered = _publish;
            _log.Warning(reason, "The table '{0}' was opened anew after a failure", _host.Name);
        }
        catch (Exception e) when (e is NetshmException or IOException or UnauthorizedAccessException)
        {
            Quarantine(e);
        }
    }

    protected override void PostStop() => _host.Close();

    private void Run()
    {
        if (_host.Queue.Count == 0)
            return; // An earlier batch took the request that this message was sent for.
        var batch = new Batch(_host.Queue, _settings);
        bool onlyRead = !_host.Queue.HasWrites;
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
            _host.Queue.Close(e); // Nothing that waits may be executed here any more.
            Context.Stop(Self);
        }
        catch (CorruptFileException e)
        {
            Quarantine(e);
        }
        finally
        {
            batch.Answer();
        }

        if (batch.Damage is not null)
            Quarantine(batch.Damage);
        else if (batch.IsInterrupted)
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

    private void Quarantine(Exception cause)
    {
        if (_host.Queue.ClosedBy is not null and not TableClosedException)
            return;
        _host.Queue.Close(cause);
        _log.Error(cause, "The table '{0}' is damaged; its actor executes nothing more", _host.Name);
        Context.System.EventStream.Publish(new TableQuarantined(_host.Name, _settings.Location, cause));
    }
}
