using System.Diagnostics;
using Akka.Actor;
using Netshm.Actors.Common;
using Netshm.Actors.Requests;

namespace Netshm.Actors.Tables;

/// <summary>What a table's actor, its mailbox and its references share, whatever becomes of the actor.</summary>
internal sealed class TableHost
{
    /// <summary>Guards <see cref="_open"/> while it changes, and is pulsed then.</summary>
    private readonly object _monitor = new();
    private volatile OpenTable? _open;
    private volatile Exception? _failure;

    /// <summary>The owner's epoch of this host, if it owns the table; an <see cref="OpenTable"/> that comes later is bound, too.</summary>
    private long? _ownerEpoch;

    /// <summary>Opens the table.</summary>
    public TableHost(string name, TableSettings settings)
    {
        Name = name;
        Settings = settings;
        Queue = new RequestQueue(name, settings.MaxQueue);
        Pauses = new ReopenPauses(settings.ReopenMinBackoff, settings.ReopenMaxBackoff);
        _open = Acquire(settings.Init);
    }

    public string Name { get; }

    public TableSettings Settings { get; }

    public RequestQueue Queue { get; }

    /// <summary>The pauses between the actor's attempts to open the table anew.</summary>
    public ReopenPauses Pauses { get; }

    /// <summary>The table's actor; set before anybody gets a reference to the table.</summary>
    public IActorRef Actor { get; set; } = ActorRefs.Nobody;

    /// <summary>Who tells subscribers the table's changes; set before anybody gets a reference to the table.</summary>
    public IActorRef Publisher { get; set; } = ActorRefs.Nobody;

    public TableState State =>
        Queue.IsClosed ? TableState.Closed
        : IsOpen ? TableState.Open
        : Failure is CorruptFileException ? TableState.Quarantined
        : TableState.Reopening;

    /// <summary>Whether requests can be executed, if only those that came before the actor's end.</summary>
    public bool IsOpen => _open is not null;

    /// <summary>Why the table is not open, or null.</summary>
    public Exception? Failure => _failure;

    /// <summary>Why the table takes no more requests.</summary>
    public string EndReason => (Queue.ClosedBy ?? Closed()).Message;

    /// <summary>The table, for the actor.</summary>
    public ShmTable Batches => (_open ?? throw Unavailable()).Batches;

    /// <summary>Called on a thread of the pool after this process has brought the table in order.</summary>
    public Action<TableRecovery>? Recovered { get; set; }

    /// <summary>What a request gets that comes too late.</summary>
    public TableClosedException Closed() => new($"the table '{Name}' is closed: its actor has stopped");

    /// <summary>The moment until which a request may be executed.</summary>
    public long DeadlineOf(TableProtocol.Request request) =>
        Clock.DeadlineAfter(request.Timeout ?? Settings.RequestTimeout);

    /// <summary>Whether this is how the table is open now.</summary>
    public bool IsOpenAs(OpenTable open) => _open == open;

    /// <summary>
    /// Reads the table on the caller's thread, which waits while the actor opens the table anew, for <c>lock-timeout</c>.
    /// </summary>
    /// <param name="read">Reads the table.</param>
    /// <param name="argument">What it is called with.</param>
    /// <param name="deadline">Until when to wait, if not for <c>lock-timeout</c>.</param>
    public TResult Read<TArgument, TResult>(
        Func<ShmTable, TArgument, TResult> read, TArgument argument, long? deadline = null)
        where TArgument : allows ref struct
    {
        while (true)
        {
            OpenTable open = WaitUntilOpen(ref deadline);
            try
            {
                TResult result = read(open.Direct, argument);
                if (!open.IsClosed)
                    return result;
            }
            catch (Exception) when (open.IsClosed)
            {
                // Whatever was met while the table was being closed says nothing.
            }
            catch (CorruptFileException damage)
            {
                // Damage without a page is a binding that a typed table's managers can't read: the caller's own matter.
                if (damage.Page is not null)
                    Actor.Tell(new TableActor.Damaged(damage, open), ActorRefs.NoSender);
                throw;
            }
        }
    }

    /// <summary>
    /// Follows the table's changes, until the table is closed or opened anew. It waits for nothing, since those who call it
    /// have threads that they share with others.
    /// </summary>
    /// <exception cref="TableUnavailableException">The table is just being opened anew.</exception>
    public ChangeReader ReadChanges(long? from)
    {
        long? deadline = 0;
        OpenTable open = WaitUntilOpen(ref deadline);
        try
        {
            return open.Direct.ReadChanges(from);
        }
        catch (ObjectDisposedException e) when (open.IsClosed)
        {
            throw Unavailable(e);
        }
    }

    /// <summary>
    /// Makes this host the table's owner: see <see cref="ShmTable.RaiseOwnerEpoch"/>. It waits as <see cref="Read"/> does, and
    /// lets nobody open the table anew meanwhile, who would not know of the epoch.
    /// </summary>
    public long RaiseOwnerEpoch(long seen)
    {
        long? deadline = null;
        lock (_monitor)
        {
            OpenTable open = WaitUntilOpen(ref deadline);
            long raised = open.Direct.RaiseOwnerEpoch(seen);
            open.Batches.BindToOwner(raised);
            _ownerEpoch = raised;
            return raised;
        }
    }

    /// <summary>Lets the table go after a failure of its own, so that it can be mended and opened anew.</summary>
    /// <param name="failure">Why; damage is what all requests fail with until the table is open again.</param>
    public void Suspend(Exception failure)
    {
        _failure = failure;
        if (failure is CorruptFileException)
            Queue.Suspend(failure);
        Release(isBroken: true);
    }

    /// <summary>Opens the table anew, without emptying it; one that was found damaged only when it no longer is.</summary>
    /// <exception cref="CorruptFileException">The table is damaged.</exception>
    /// <exception cref="OwnerFencedException">Another owner has taken it over.</exception>
    public void Reopen()
    {
        Release(isBroken: false);
        OpenTable open;
        try
        {
            open = Failure is CorruptFileException ? AcquireSound() : Acquire(init: null);
        }
        catch (Exception e) when (Failure is not CorruptFileException)
        {
            _failure = e; // The last reason is the one that has to go; that of a quarantine is the damage.
            throw;
        }

        lock (_monitor)
        {
            _failure = null;
            _open = open;
            Queue.Resume();
            Monitor.PulseAll(_monitor);
        }
    }

    /// <summary>Answers all requests and lets the table go.</summary>
    public void Close()
    {
        Queue.Close(Closed());
        Queue.Dispose();
        Release(isBroken: false);
    }

    private OpenTable AcquireSound()
    {
        OpenTable open = Acquire(init: null);
        try
        {
            TableReport report = open.Direct.Check();
            return report.Violations is [var first, ..]
                ? throw new CorruptFileException(report.Name, first.Page, first.Word, first.Problem)
                : open;
        }
        catch
        {
            Release(open, isBroken: false);
            throw;
        }
    }

    /// <summary>How the table is open, when it is or as soon as it is.</summary>
    /// <param name="deadline">Until when to wait; null is replaced by <c>lock-timeout</c> from now on.</param>
    private OpenTable WaitUntilOpen(ref long? deadline)
    {
        if (Queue.ClosedBy is { } reason)
            throw reason;
        return _open ?? WaitUntilReopened(deadline ??= Clock.DeadlineAfter(Settings.LockTimeout));
    }

    private OpenTable WaitUntilReopened(long deadline)
    {
        lock (_monitor)
        {
            while (true)
            {
                if (Queue.ClosedBy is { } reason)
                    throw reason;
                if (_open is { } open)
                    return open;
                if (!WaitForChange(deadline))
                    throw Unavailable();
            }
        }
    }

    /// <summary>Waits until the table may be open, or will not be; false when the deadline has passed.</summary>
    private bool WaitForChange(long deadline)
    {
        if (deadline == Clock.Never)
            return Monitor.Wait(_monitor);
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline);
        if (left <= TimeSpan.Zero)
            return false;
        Monitor.Wait(_monitor, (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
        return true;
    }

    private TableUnavailableException Unavailable(Exception? cause = null)
    {
        Exception? failure = _failure ?? cause;
        return new TableUnavailableException(
            $"the table '{Name}' has failed and is being opened anew: {failure?.Message}", failure);
    }

    private OpenTable Acquire(int? init)
    {
        OpenTable open = OpenTables.Acquire(Settings, init);
        open.Batches.Recovered += OnRecovered;
        if (_ownerEpoch is { } epoch)
        {
            open.Direct.BindToOwner(epoch);
            open.Batches.BindToOwner(epoch);
        }

        return open;
    }

    private void OnRecovered(TableRecovery recovery) => Recovered?.Invoke(recovery);

    /// <summary>Gives the table back once: when it can't be opened anew there is nothing left to give back.</summary>
    private void Release(bool isBroken)
    {
        OpenTable? open;
        lock (_monitor)
        {
            open = _open;
            _open = null;
            Monitor.PulseAll(_monitor); // A table that was closed or quarantined is not waited for.
        }

        if (open is not null)
            Release(open, isBroken);
    }

    private void Release(OpenTable open, bool isBroken)
    {
        open.Batches.Recovered -= OnRecovered;
        OpenTables.Release(open, isBroken);
    }
}
