namespace Netshm.Storage;

/// <summary>Lets all tasks of a process that wait for changes of a table share one sleeping thread.</summary>
/// <remarks>There is a thread only while somebody waits, and a second longer.</remarks>
internal sealed class ChangeWatch(ChangeRing ring, string tableName)
{
    private const int LingerInMilliseconds = 1000, PatienceInMilliseconds = 5;

    private readonly object _monitor = new();
    private TaskCompletionSource? _changed;
    private Thread? _thread;
    private long _seen;
    private int _waiting;
    private bool _isClosed;

    /// <summary>The changes themselves.</summary>
    public ChangeRing Ring => ring;

    /// <summary>Ends when the head is another one than was seen, or the table is closed.</summary>
    public async Task WaitAsync(long seen, CancellationToken cancellationToken)
    {
        Task changed;
        using (Uninterrupted.Enter(_monitor))
        {
            if (_isClosed || ring.Head != seen)
                return;
            changed = Join(seen);
        }

        try
        {
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            using (Uninterrupted.Enter(_monitor))
                _waiting--;
        }
    }

    /// <summary>Lets all who wait look again, since one of them may have to end.</summary>
    public void Stir()
    {
        using (Uninterrupted.Enter(_monitor))
        {
            _changed?.SetResult();
            _changed = null;
        }
    }

    /// <summary>Ends all waiting; the ring is not used any more afterwards.</summary>
    public void Close()
    {
        Thread? thread;
        using (Uninterrupted.Enter(_monitor))
        {
            _isClosed = true;
            thread = _thread;
            Monitor.PulseAll(_monitor);
        }

        // The thread may be about to sleep, and miss a call.
        while (thread is not null && !Uninterrupted.Wait(() => HasEnded(thread)))
            ring.WakeAlways();
    }

    private static bool HasEnded(Thread thread)
    {
        Seam.Waiting(FaultPoint.JoinThread);
        return thread.Join(PatienceInMilliseconds);
    }

    private Task Join(long seen)
    {
        if (_thread is null)
        {
            // It comes to the monitor, and so finds what follows; where there is no room for a thread nothing has changed.
            var thread = new Thread(Watch) { IsBackground = true, Name = $"changes of {tableName}" };
            thread.Start();
            _thread = thread;
        }

        _waiting++;
        if (_changed is null)
        {
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _seen = seen;
            Monitor.PulseAll(_monitor);
        }

        return _changed.Task;
    }

    private void Watch()
    {
        while (NextToWatch() is { } seen)
        {
            ring.SleepWhileHeadIs(seen, TimeSpan.MaxValue);
            using (Uninterrupted.Enter(_monitor))
            {
                if (!_isClosed && ring.Head == seen && _waiting > 0)
                    continue;
                _changed?.SetResult();
                _changed = null;
            }
        }
    }

    /// <summary>What the waiting tasks have seen; null when the thread is to end.</summary>
    private long? NextToWatch()
    {
        using (Uninterrupted.Enter(_monitor))
        {
            while (_changed is null && !_isClosed && Monitor.Wait(_monitor, LingerInMilliseconds))
            {
                // Woken for somebody who waits, or to end.
            }

            if (_changed is not null && !_isClosed)
                return _seen;
            _changed?.SetResult();
            _changed = null;
            _thread = null;
            return null;
        }
    }
}
