namespace Netshm.Actors.Cluster.Reach;

/// <summary>The way of questions to a <see cref="RemoteTable"/>, on which none is lost when that actor stops.</summary>
internal sealed class RemoteInbox
{
    private readonly Lock _sync = new();
    private readonly Queue<RemoteAsk> _asks = [];
    private Exception? _closedBy;

    /// <summary>Puts a question in, or fails it when nobody takes any more.</summary>
    public void Enqueue(RemoteAsk ask)
    {
        Exception? refusal;
        lock (_sync)
        {
            refusal = _closedBy;
            if (refusal is null)
                _asks.Enqueue(ask);
        }

        if (refusal is not null)
            ask.Fail(refusal);
    }

    /// <summary>Takes the first question.</summary>
    public bool TryDequeue(out RemoteAsk? ask)
    {
        lock (_sync)
            return _asks.TryDequeue(out ask);
    }

    /// <summary>Fails what is there and what comes later.</summary>
    public void Close(Exception reason)
    {
        lock (_sync)
            _closedBy = reason;
        while (TryDequeue(out RemoteAsk? ask))
            ask!.Fail(reason);
    }
}
