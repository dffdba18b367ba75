using System.Diagnostics;

namespace Netshm.Actors;

/// <summary>The requests that wait for a table, in the order of their arrival.</summary>
/// <remarks>
/// Any thread puts requests in; only the table's thread takes them out. Whatever can be said about a request without
/// the table is answered here, on the threads of others, so that it is said in time while the table's thread waits
/// for a lock: that the queue is full, that it is closed, and that a deadline has passed.
/// </remarks>
internal sealed class RequestQueue : IDisposable
{
    /// <summary>A full queue is looked through for cancelled requests, but not for each request it refuses.</summary>
    private const int PauseBetweenSweepsInMilliseconds = 10;

    private readonly Lock _sync = new();
    private readonly Queue<PendingRequest> _waiting = [];
    private readonly string _tableName;
    private readonly int _maxCount;
    private readonly Timer _timer;
    private PendingRequest? _returned;
    private long _earliestDeadline = PendingRequest.Never;
    private int _writes;
    private Exception? _closedBy;
    private long _lastSweep;

    public RequestQueue(string tableName, int maxCount)
    {
        _tableName = tableName;
        _maxCount = maxCount;
        _timer = new Timer(queue => ((RequestQueue)queue!).ExpireDeadlines(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Why the queue takes no more requests, or null when it does.</summary>
    public Exception? ClosedBy => Volatile.Read(ref _closedBy);

    public int Count
    {
        get
        {
            lock (_sync)
                return CountInside;
        }
    }

    /// <summary>Whether one of the requests may modify the table.</summary>
    public bool HasWrites
    {
        get
        {
            lock (_sync)
                return _writes > 0;
        }
    }

    private int CountInside => _waiting.Count + (_returned is null ? 0 : 1);

    /// <summary>Puts a request in, or answers it with a refusal.</summary>
    /// <returns>Whether the queue was empty, so that the table's actor has to be woken.</returns>
    public bool Enqueue(PendingRequest request)
    {
        Exception? refusal;
        bool wasEmpty = false;
        lock (_sync)
        {
            refusal = _closedBy ?? RefusalWhenFull();
            if (refusal is null)
            {
                wasEmpty = CountInside == 0;
                _waiting.Enqueue(request);
                _writes += request.Request.IsWrite ? 1 : 0;
                WakeAt(request.Deadline);
            }
        }

        if (refusal is not null)
            FailUnlessClaimed(request, refusal);
        return wasEmpty;
    }

    /// <summary>Takes the next request and claims it.</summary>
    /// <param name="onlyRead">Whether the table is locked for reading only: then a write stays.</param>
    /// <param name="isFirst">Whether the batch is still empty: then a request that runs alone may go.</param>
    public PendingRequest? TakeNext(bool onlyRead, bool isFirst)
    {
        lock (_sync)
        {
            while ((_returned ?? PeekWaiting()) is { } next)
            {
                if ((onlyRead && next.Request.IsWrite) || (next.Request.RunsAlone && !isFirst && !next.IsClaimed))
                    return null;
                RemoveFirst();
                if (next.TryClaim())
                    return next;
            }

            return null;
        }
    }

    /// <summary>Puts the request that was taken last back as the first one.</summary>
    public void Return(PendingRequest request)
    {
        Exception? refusal;
        lock (_sync)
        {
            request.Unclaim();
            refusal = _closedBy;
            if (refusal is null)
            {
                Debug.Assert(_returned is null, "Only the request that was taken last is returned.");
                _returned = request;
                _writes += request.Request.IsWrite ? 1 : 0;
                WakeAt(request.Deadline);
            }
        }

        if (refusal is not null)
            FailUnlessClaimed(request, refusal);
    }

    /// <summary>Takes no more requests; those inside are still executed.</summary>
    public void Complete(Exception reason)
    {
        lock (_sync)
            _closedBy ??= reason;
    }

    /// <summary>Takes no more requests and fails those inside.</summary>
    public void Close(Exception reason)
    {
        PendingRequest[] left;
        lock (_sync)
        {
            _closedBy ??= reason;
            left = _returned is null ? [.. _waiting] : [_returned, .. _waiting];
            _returned = null;
            _waiting.Clear();
            _writes = 0;
        }

        foreach (PendingRequest request in left)
            FailUnlessClaimed(request, reason);
    }

    public void Dispose() => _timer.Dispose();

    private static void FailUnlessClaimed(PendingRequest request, Exception failure)
    {
        if (request.TryClaim())
            request.Fail(failure);
    }

    private PendingRequest? PeekWaiting() => _waiting.TryPeek(out PendingRequest? next) ? next : null;

    private void RemoveFirst()
    {
        PendingRequest removed = _returned ?? _waiting.Dequeue();
        _returned = null;
        _writes -= removed.Request.IsWrite ? 1 : 0;
    }

    private TableBusyException? RefusalWhenFull()
    {
        if (CountInside < _maxCount)
            return null;
        if (Environment.TickCount64 - _lastSweep > PauseBetweenSweepsInMilliseconds)
        {
            Sweep(long.MinValue, []); // Cancelled requests leave their places.
            _lastSweep = Environment.TickCount64;
        }

        return CountInside < _maxCount ? null : new TableBusyException(FormattableString.Invariant(
            $"the table '{_tableName}' is busy: {_maxCount} requests wait, as max-queue allows"));
    }

    private void ExpireDeadlines()
    {
        var expired = new List<PendingRequest>();
        lock (_sync)
        {
            Sweep(Stopwatch.GetTimestamp(), expired);
            long next = _earliestDeadline;
            _earliestDeadline = PendingRequest.Never;
            WakeAt(next);
        }

        foreach (PendingRequest request in expired)
            request.Fail(DeadlinePassed());
    }

    public RequestTimeoutException DeadlinePassed() =>
        new($"the table '{_tableName}' was not free for the request before its deadline; it was not executed");

    /// <summary>Drops what is claimed, claims and collects what was due, and finds the next deadline.</summary>
    private void Sweep(long now, List<PendingRequest> expired)
    {
        _earliestDeadline = PendingRequest.Never;
        PendingRequest? returned = _returned;
        _returned = returned is not null && Stays(returned) ? returned : null;
        for (int left = _waiting.Count; left > 0; left--)
        {
            PendingRequest request = _waiting.Dequeue();
            if (Stays(request))
                _waiting.Enqueue(request);
        }

        bool Stays(PendingRequest request)
        {
            bool isDue = request.Deadline <= now && request.TryClaim();
            if (isDue)
                expired.Add(request);
            if (isDue || request.IsClaimed)
            {
                _writes -= request.Request.IsWrite ? 1 : 0;
                return false;
            }

            _earliestDeadline = Math.Min(_earliestDeadline, request.Deadline);
            return true;
        }
    }

    /// <summary>Sets the timer, unless it is going to fire earlier anyway.</summary>
    private void WakeAt(long deadline)
    {
        if (deadline >= _earliestDeadline)
            return;
        _earliestDeadline = deadline;
        double milliseconds = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline).TotalMilliseconds;
        _timer.Change((long)Math.Clamp(Math.Ceiling(milliseconds), 0, uint.MaxValue - 1), Timeout.Infinite);
    }
}
