using Akka.Actor;

namespace Netshm.Actors;

/// <summary>What a table's actor, its mailbox and its references share, whatever becomes of the actor.</summary>
internal sealed class TableHost
{
    private readonly Lock _opening = new();
    private volatile OpenTable? _open;

    /// <summary>The owner's epoch of this host, if it owns the table; an <see cref="OpenTable"/> that comes later is bound, too.</summary>
    private long? _ownerEpoch;

    /// <summary>Opens the table.</summary>
    public TableHost(string name, TableSettings settings)
    {
        Name = name;
        Settings = settings;
        Queue = new RequestQueue(name, settings.MaxQueue);
        _open = Acquire(settings.Init);
    }

    public string Name { get; }

    public TableSettings Settings { get; }

    public RequestQueue Queue { get; }

    /// <summary>Who tells subscribers the table's changes; set before anybody gets a reference to the table.</summary>
    public IActorRef Publisher { get; set; } = ActorRefs.Nobody;

    /// <summary>Why the table takes no more requests.</summary>
    public string EndReason => (Queue.ClosedBy ?? Closed()).Message;

    /// <summary>The table, for the actor.</summary>
    public ShmTable Batches => (_open ?? throw Closed()).Batches;

    /// <summary>Called on a thread of the pool after this process has brought the table in order.</summary>
    public Action<TableRecovery>? Recovered { get; set; }

    /// <summary>What a request gets that comes too late.</summary>
    public TableClosedException Closed() => new($"the table '{Name}' is closed: its actor has stopped");

    /// <summary>The moment until which a request may be executed.</summary>
    public long DeadlineOf(TableProtocol.Request request) =>
        PendingRequest.DeadlineAfter(request.Timeout ?? Settings.RequestTimeout);

    /// <summary>Reads the table on the caller's thread, which waits while the actor opens the table anew.</summary>
    public TResult Read<TArgument, TResult>(Func<ShmTable, TArgument, TResult> read, TArgument argument)
        where TArgument : allows ref struct
    {
        while (true)
        {
            OpenTable open = Open();
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
        }
    }

    /// <summary>Follows the table's changes, until the table is closed or opened anew.</summary>
    public ChangeReader ReadChanges(long? from) => Read(static (table, from) => table.ReadChanges(from), from);

    /// <summary>Makes this host the table's owner: see <see cref="ShmTable.RaiseOwnerEpoch"/>.</summary>
    public long RaiseOwnerEpoch(long seen)
    {
        lock (_opening)
        {
            OpenTable open = _open ?? throw Closed();
            long raised = open.Direct.RaiseOwnerEpoch(seen);
            open.Batches.BindToOwner(raised);
            _ownerEpoch = raised;
            return raised;
        }
    }

    /// <summary>Opens the table anew, without emptying it.</summary>
    public void Reopen()
    {
        lock (_opening)
        {
            Release();
            _open = Acquire(init: null);
        }
    }

    /// <summary>Answers all requests and lets the table go.</summary>
    public void Close()
    {
        Queue.Close(Closed());
        Queue.Dispose();
        lock (_opening)
            Release();
    }

    private OpenTable Open()
    {
        if (Queue.ClosedBy is { } reason)
            throw reason;
        if (_open is { } open)
            return open;
        lock (_opening)
            return _open ?? throw (Queue.ClosedBy ?? Closed());
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
    private void Release()
    {
        OpenTable? open = _open;
        _open = null;
        if (open is null)
            return;
        open.Batches.Recovered -= OnRecovered;
        OpenTables.Release(open);
    }
}
