using System.Diagnostics;

namespace Netshm.Actors;

/// <summary>The requests that are executed under one acquisition of the table's lock.</summary>
/// <remarks>
/// As a work item of the thread pool, it keeps the promises of those that were asked for by a task. Their waiters go
/// on there anyway, and the table's thread can see to the next batch.
/// </remarks>
internal sealed class Batch(RequestQueue queue, TableSettings settings) : IThreadPoolWorkItem
{
    private const int RequestsPerLookAtTheClock = 8;

    private readonly List<PendingRequest> _told = [];
    private readonly List<PendingRequest> _promised = [];

    /// <summary>
    /// The request whose locks could not be had within the group; it has done nothing and may be tried again.
    /// </summary>
    public PendingRequest? Interrupted { get; private set; }

    /// <summary>The damage that a request met; the rest of the table must not be touched.</summary>
    public CorruptFileException? Damage { get; private set; }

    private int ExecutedCount => _told.Count + _promised.Count;

    /// <summary>Executes what waits, until the settings' limits; the table is locked.</summary>
    /// <param name="table">The table.</param>
    /// <param name="onlyRead">Whether it is locked for reading only.</param>
    public void Execute(ShmTable table, bool onlyRead)
    {
        long start = Stopwatch.GetTimestamp();
        long now = start;
        bool isAlone = false;
        while (!isAlone && Interrupted is null && Damage is null
            && ExecutedCount < settings.MaxBatchCount
            && Stopwatch.GetElapsedTime(start, now) < settings.MaxBatchTime
            && queue.TakeNext(onlyRead, isFirst: ExecutedCount == 0) is { } request)
        {
            isAlone = request.Request.RunsAlone;
            if (request.Deadline <= now)
                request.KeepFailure(queue.DeadlinePassed());
            else
                Execute(request, table);
            if (request != Interrupted)
                (request is ToldRequest ? _told : _promised).Add(request);
            if (ExecutedCount % RequestsPerLookAtTheClock == 0)
                now = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Sends the answers; to be called once, when the lock is free again.</summary>
    public void Answer()
    {
        // Replies to actors leave from the table's thread, so that they arrive in the order of execution.
        foreach (PendingRequest request in _told)
            request.Answer();
        if (_promised.Count > 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        foreach (PendingRequest request in _promised)
            request.Answer();
    }

    private void Execute(PendingRequest request, ShmTable table)
    {
        try
        {
            request.Execute(table, settings.GroupTimeout);
        }
        catch (Exception e) when (e is DeadlockException or LockTimeoutException)
        {
            Interrupted = request;
        }
        catch (Exception e)
        {
            // Damage without a page is a binding that a typed table's managers can't read: the caller's own matter.
            Damage = e is CorruptFileException { Page: not null } damage ? damage : null;
            request.KeepFailure(e);
        }
    }
}
