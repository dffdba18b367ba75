using System.Diagnostics;

namespace Netshm.Actors;

/// <summary>The requests that are executed under one acquisition of the table's lock.</summary>
internal sealed class Batch(RequestQueue queue, TableSettings settings)
{
    private const int RequestsPerLookAtTheClock = 8;

    private readonly List<PendingRequest> _executed = [];

    /// <summary>
    /// The request whose locks could not be had within the group; it has done nothing and may be tried again.
    /// </summary>
    public PendingRequest? Interrupted { get; private set; }

    /// <summary>The damage that a request met; the rest of the table must not be touched.</summary>
    public CorruptFileException? Damage { get; private set; }

    /// <summary>Executes what waits, until the settings' limits; the table is locked.</summary>
    /// <param name="table">The table.</param>
    /// <param name="onlyRead">Whether it is locked for reading only.</param>
    public void Execute(ShmTable table, bool onlyRead)
    {
        long start = Stopwatch.GetTimestamp();
        long now = start;
        bool isAlone = false;
        while (!isAlone && Interrupted is null && Damage is null
            && _executed.Count < settings.MaxBatchCount
            && Stopwatch.GetElapsedTime(start, now) < settings.MaxBatchTime
            && queue.TakeNext(onlyRead, isFirst: _executed.Count == 0) is { } request)
        {
            isAlone = request.Request.RunsAlone;
            if (request.Deadline <= now)
                request.KeepFailure(queue.DeadlinePassed());
            else
                Execute(request, table);
            if (request != Interrupted)
                _executed.Add(request);
            if (_executed.Count % RequestsPerLookAtTheClock == 0)
                now = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Sends the answers, in the order of execution; to be called once, when the lock is free again.</summary>
    public void Answer()
    {
        foreach (PendingRequest request in _executed)
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
