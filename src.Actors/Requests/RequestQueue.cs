using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Netshm.Actors.Common;

namespace Netshm.Actors.Requests;

/// <summary>The requests that wait for a table, in the order of their arrival.</summary>
/// <remarks>
/// Any thread puts requests in; only the table's thread takes them out. Whatever can be said about a request without
/// the table is said by others, so that it is said in time while the table's thread waits for a lock: that the queue
/// is full, that it is closed, and that a deadline has passed. The requests that the table's thread has taken are not
/// in the queue any more, but their deadlines are still watched.
/// </remarks>
internal sealed class RequestQueue : IDisposable
{
    /// <summary>A full queue is looked through for cancelled requests, but not for each request it refuses.</summary>
    private const int PauseBetweenSweepsInMilliseconds = 10;

    /// <summary>So many requests are taken for one acquisition of the lock that guards the queue.</summary>
    public const int MaxTaken = 32;

    private readonly Lock _sync = new();
    private readonly Queue<PendingRequest> _waiting = [];

    /// <summary>What was taken and given back; it comes before all others.</summary>
    private readonly Queue<PendingRequest> _returned = [];

    private readonly PendingRequest[] _taken = new PendingRequest[MaxTaken];
    private readonly string _tableName;
    private readonly int _maxCount;
    private readonly Timer _timer;
    private int _takenCount;
    private long _earliestDeadline = Clock.Never;
    private int _writes;
    private Exception? _closedBy;

    /// <summary>Whether nothing stays inside: whatever is given back fails.</summary>
    private bool _isEmptied;
    private bool _isClosed;
    private long _lastSweep;

    public RequestQueue(string tableName, int maxCount)
    {
        _tableName = tableName;
        _maxCount = maxCount;
        _timer = new Timer(queue => ((RequestQueue)queue!).ExpireDeadlines(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Why the queue takes no more requests, or null when it does.</summary>
    public Exception? ClosedBy => Volatile.Read(ref _closedBy);

    /// <summary>Whether it takes no more requests for good.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Whether it seemed to be empty a moment ago; for a look now and then without the lock.</summary>
    public bool SeemsEmpty => CountInside == 0;

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

    private int CountInside => _waiting.Count + _returned.Count;

    /// <summary>Puts a request in, or answers it with a refusal.</summary>
    /// <returns>Whether the table's actor has to be woken: it has nothing taken, and nothing was there.</returns>
    public bool Enqueue(PendingRequest request)
    {
        Exception? refusal;
        bool isIdle = false;
        lock (_sync)
        {
            refusal = _closedBy ?? RefusalWhenFull();
            if (refusal is null)
            {
                isIdle = CountInside == 0 && _takenCount == 0;
                _waiting.Enqueue(request);
                _writes += request.Request.IsWrite ? 1 : 0;
                WakeAt(request.Deadline);
            }
        }

        if (refusal is not null && request.TryClaim())
        {
            // Here and now: nobody awaits it yet.
            request.KeepFailure(refusal);
            request.Answer();
        }

        return isIdle;
    }

    /// <summary>
    /// Takes the next requests, which have to be claimed before they are executed. Those taken before must be done.
    /// </summary>
    /// <param name="max">How many to take at most; it never takes more than some dozens.</param>
    /// <param name="onlyRead">Whether the table is locked for reading only: then a write stays.</param>
    /// <param name="isFirst">Whether the batch is still empty: then a request that runs alone may go.</param>
    /// <returns>The requests, none when there are no fitting ones; valid until the next call.</returns>
    public ReadOnlySpan<PendingRequest> Take(int max, bool onlyRead, bool isFirst)
    {
        lock (_sync)
        {
            ForgetTaken();
            bool isAlone = false;
            while (_takenCount < Math.Min(max, MaxTaken) && !isAlone && TryPeek(out PendingRequest? next))
            {
                if (!next.IsClaimed)
                {
                    isAlone = next.Request.RunsAlone;
                    if ((onlyRead && next.Request.IsWrite) || (isAlone && !(isFirst && _takenCount == 0)))
                        break;
                    _taken[_takenCount++] = next;
                }

                RemoveFirst();
            }

            return _taken.AsSpan(0, _takenCount);
        }
    }

    /// <summary>Puts those of the taken requests that were not executed back as the first ones.</summary>
    /// <param name="executed">How many of them, from the first, were executed.</param>
    public void GiveBack(int executed)
    {
        PendingRequest[] left;
        lock (_sync)
        {
            left = _taken[executed.._takenCount];
            ForgetTaken();
            if (!_isEmptied)
            {
                Debug.Assert(_returned.Count == 0, "They were taken after all that had been given back before.");
                foreach (PendingRequest request in left)
                {
                    _returned.Enqueue(request);
                    _writes += request.Request.IsWrite ? 1 : 0;
                    WakeAt(request.Deadline);
                }

                return;
            }
        }

        FailUnlessClaimed(left, _closedBy!);
    }

    /// <summary>Takes no more requests; those inside are still executed.</summary>
    public void Complete(Exception reason)
    {
        lock (_sync)
            CloseBy(reason);
    }

    /// <summary>Takes no more requests and fails those inside.</summary>
    public void Close(Exception reason)
    {
        PendingRequest[] left;
        lock (_sync)
        {
            CloseBy(reason);
            left = Empty();
        }

        FailUnlessClaimed(left, reason);
    }

    /// <summary>Takes no requests until <see cref="Resume"/>, and fails those inside.</summary>
    public void Suspend(Exception reason)
    {
        PendingRequest[] left;
        lock (_sync)
        {
            if (!_isClosed)
                _closedBy = reason;
            left = Empty();
        }

        FailUnlessClaimed(left, reason);
    }

    /// <summary>Takes requests again, unless it is closed for good.</summary>
    public void Resume()
    {
        lock (_sync)
        {
            if (_isClosed)
                return;
            _closedBy = null;
            _isEmptied = false;
        }
    }

    public void Dispose() => _timer.Dispose();

    public RequestTimeoutException DeadlinePassed() =>
        new($"the table '{_tableName}' was not free for the request before its deadline; it was not executed");

    private static void FailUnlessClaimed(PendingRequest[] requests, Exception failure)
    {
        PendingRequest[] claimed = [.. requests.Where(request => request.TryClaim())];
        foreach (PendingRequest request in claimed)
            request.KeepFailure(failure);
        AnswerRun.Start(claimed);
    }

    private void CloseBy(Exception reason)
    {
        if (!_isClosed)
            _closedBy = reason;
        _isClosed = true;
    }

    private PendingRequest[] Empty()
    {
        _isEmptied = true;
        PendingRequest[] left = [.. _taken.AsSpan(0, _takenCount), .. _returned, .. _waiting];
        _returned.Clear();
        _waiting.Clear();
        _writes = 0;
        return left;
    }

    private bool TryPeek([NotNullWhen(true)] out PendingRequest? first) =>
        _returned.TryPeek(out first) || _waiting.TryPeek(out first);

    private void RemoveFirst()
    {
        PendingRequest removed = _returned.Count > 0 ? _returned.Dequeue() : _waiting.Dequeue();
        _writes -= removed.Request.IsWrite ? 1 : 0;
    }

    private void ForgetTaken()
    {
        Array.Clear(_taken, 0, _takenCount);
        _takenCount = 0;
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
            _earliestDeadline = Clock.Never;
            WakeAt(next);
        }

        foreach (PendingRequest request in expired)
            request.KeepFailure(DeadlinePassed());
        AnswerRun.Start(CollectionsMarshal.AsSpan(expired));
    }

    /// <summary>Drops what is claimed, claims and collects what was due, and finds the next deadline.</summary>
    private void Sweep(long now, List<PendingRequest> expired)
    {
        _earliestDeadline = Clock.Never;
        foreach (PendingRequest taken in _taken.AsSpan(0, _takenCount))
            _ = Stays(taken);
        foreach (Queue<PendingRequest> queue in (Queue<PendingRequest>[])[_returned, _waiting])
        {
            for (int left = queue.Count; left > 0; left--)
            {
                PendingRequest request = queue.Dequeue();
                if (Stays(request))
                    queue.Enqueue(request);
                else
                    _writes -= request.Request.IsWrite ? 1 : 0;
            }
        }

        bool Stays(PendingRequest request)
        {
            bool isDue = request.Deadline <= now && request.TryClaim();
            if (isDue)
                expired.Add(request);
            if (isDue || request.IsClaimed)
                return false;
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
