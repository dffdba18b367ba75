using System.Diagnostics;
using Netshm.Actors.Common;

namespace Netshm.Actors.Requests;

/// <summary>The requests that are executed under one acquisition of the table's lock.</summary>
internal sealed class Batch(RequestQueue queue, TableSettings settings)
{
    private const int RequestsPerLookAtTheClock = 8;

    /// <summary>
    /// So many requests are answered together, while the table is still locked and more are executed: their senders
    /// go on meanwhile, instead of taking turns with the table's thread.
    /// </summary>
    private const int RequestsPerAnswer = 16;

    private readonly PendingRequest[] _unanswered = new PendingRequest[RequestsPerAnswer];
    private int _unansweredCount;
    private int _executedCount;
    private long _now;
    private bool _isOver;

    /// <summary>
    /// Whether the locks of a request could not be had within the group; it has done nothing and was given back to the
    /// queue.
    /// </summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>The damage that a request met; the rest of the table must not be touched.</summary>
    public CorruptFileException? Damage { get; private set; }

    /// <summary>Executes what waits, until the settings' limits; the table is locked.</summary>
    /// <param name="table">The table.</param>
    /// <param name="onlyRead">Whether it is locked for reading only.</param>
    public void Execute(ShmTable table, bool onlyRead)
    {
        _now = Stopwatch.GetTimestamp();
        long end = _now + Clock.TimestampsOf(settings.MaxBatchTime);
        int done = 0;
        try
        {
            while (!_isOver)
            {
                ReadOnlySpan<PendingRequest> taken = queue.Take(
                    settings.MaxBatchCount - _executedCount, onlyRead, isFirst: _executedCount == 0);
                _isOver = taken.IsEmpty;
                done = 0; // Whatever is thrown from here on, these are given back.
                Prefetch(table, taken);
                for (; done < taken.Length && !_isOver; done += IsInterrupted ? 0 : 1)
                {
                    if (taken[done].TryClaim())
                        Execute(taken[done], table);
                    _isOver |= _executedCount >= settings.MaxBatchCount || _now >= end;
                }
            }
        }
        finally
        {
            queue.GiveBack(done);
        }
    }

    /// <summary>Sends the answers that are left; to be called once, when the lock is free again.</summary>
    public void Answer()
    {
        int count = _unansweredCount;
        _unansweredCount = 0;
        AnswerRun.Start(_unanswered.AsSpan(0, count));
    }

    private static void Prefetch(ShmTable table, ReadOnlySpan<PendingRequest> requests)
    {
        Span<int> keys = stackalloc int[RequestQueue.MaxTaken];
        int count = 0;
        foreach (PendingRequest request in requests)
        {
            if (request.Request.SingleKey is { } key)
                keys[count++] = key;
        }

        if (count > 1)
            table.Prefetch(keys[..count]);
    }

    private void Execute(PendingRequest request, ShmTable table)
    {
        try
        {
            if (request.Deadline <= _now)
                request.KeepFailure(queue.DeadlinePassed());
            else
                ExecuteAndShow(request, table);
        }
        catch (LockTimeoutException)
        {
            request.Unclaim();
            _isOver = IsInterrupted = true;
            return;
        }
        catch (Exception e)
        {
            // Damage without a page is a binding that a typed table's managers can't read: the caller's own matter.
            Damage = e is CorruptFileException { Page: not null } damage ? damage : null;
            request.KeepFailure(e);
        }

        _isOver = Damage is not null || request.Request.RunsAlone;
        _unanswered[_unansweredCount++] = request;
        if (_unansweredCount == RequestsPerAnswer)
            Answer();
        if (++_executedCount % RequestsPerLookAtTheClock == 0)
            _now = Stopwatch.GetTimestamp();
    }

    private void ExecuteAndShow(PendingRequest request, ShmTable table)
    {
        request.Execute(table, settings.GroupTimeout);

        // The lock is kept for the next request, but readers need not wait for the end of the batch.
        if (request.Request.IsWrite)
            table.PublishGroup();
    }
}
