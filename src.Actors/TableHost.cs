namespace Netshm.Actors;

/// <summary>What a table's actor, its mailbox and its references share, whatever becomes of the actor.</summary>
internal sealed class TableHost
{
    private volatile OpenTable _open;
    private bool _isReleased;

    /// <summary>Opens the table.</summary>
    public TableHost(string name, TableSettings settings)
    {
        Name = name;
        Settings = settings;
        Queue = new RequestQueue(name, settings.MaxQueue);
        _open = OpenTables.Acquire(settings, settings.Init);
    }

    public string Name { get; }

    public TableSettings Settings { get; }

    public RequestQueue Queue { get; }

    /// <summary>The table, for reading from any thread.</summary>
    public ShmTable Direct => _open.Direct;

    /// <summary>The table, for the actor.</summary>
    public ShmTable Batches => _open.Batches;

    /// <summary>What a request gets that comes too late.</summary>
    public TableClosedException Closed() => new($"the table '{Name}' is closed: its actor has stopped");

    /// <summary>The moment until which a request may be executed.</summary>
    public long DeadlineOf(TableProtocol.Request request) =>
        PendingRequest.DeadlineAfter(request.Timeout ?? Settings.RequestTimeout);

    /// <summary>Opens the table anew, without emptying it.</summary>
    public void Reopen()
    {
        Release();
        _open = OpenTables.Acquire(Settings, init: null);
        _isReleased = false;
    }

    /// <summary>Answers all requests and lets the table go.</summary>
    public void Close()
    {
        Queue.Close(Closed());
        Queue.Dispose();
        Release();
    }

    /// <summary>Gives the table back once: when it can't be opened anew there is nothing left to give back.</summary>
    private void Release()
    {
        if (_isReleased)
            return;
        _isReleased = true;
        OpenTables.Release(_open);
    }
}
