namespace Netshm;

/// <summary>How a thread comes through a <see cref="ThreadGate"/>.</summary>
internal enum GateEntry
{
    /// <summary>Beside other readers.</summary>
    Read,

    /// <summary>Alone.</summary>
    Write,

    /// <summary>Alone, by a thread that is in as a reader; a failed upgrade leaves it so.</summary>
    Upgrade,
}

/// <summary>The reader/writer lock among the threads of this process that stands before a table's kernel locks.</summary>
/// <remarks>
/// Record locks belong to the process and can't keep its threads apart. Without contention each entry and exit is one
/// interlocked instruction. Waiting is phase-fair: readers wait for a waiting writer, and those who have waited go
/// in when it leaves. It knows nothing of re-entry: <see cref="TableLock"/> does.
/// </remarks>
internal sealed class ThreadGate
{
    private const int Writer = 1 << 30;
    private const int Contended = 1 << 29;
    private const int ReaderMask = Contended - 1;
    private const int Spins = 10;

    private readonly object _monitor = new();
    private int _state;
    private int _waiters;
    private int _waitingWriters;
    private int _phase;

    /// <summary>Tries to come in without waiting, behind those who wait already.</summary>
    public bool TryEnter(GateEntry entry) => entry switch
    {
        GateEntry.Read => TryEnterReadAtOnce(othersMayWait: false),
        GateEntry.Write => Interlocked.CompareExchange(ref _state, Writer, 0) == 0,
        _ => Interlocked.CompareExchange(ref _state, Writer, 1) == 1,
    };

    /// <summary>Comes in, waiting for its turn; false when the deadline has passed, and then nothing has changed.</summary>
    public bool Enter(GateEntry entry, Deadline deadline) => TryEnter(entry) || WaitFor(entry, deadline);

    public void ExitRead()
    {
        if ((Interlocked.Decrement(ref _state) & Contended) != 0)
            Wake(writerLeft: false);
    }

    public void ExitWrite()
    {
        if ((Interlocked.And(ref _state, ~Writer) & Contended) != 0)
            Wake(writerLeft: true);
    }

    /// <summary>Turns the caller's write entry into a read entry.</summary>
    public void Downgrade()
    {
        // From Writer to one reader in a single step.
        if ((Interlocked.Add(ref _state, 1 - Writer) & Contended) != 0)
            Wake(writerLeft: true);
    }

    private bool TryEnterReadAtOnce(bool othersMayWait)
    {
        int blocking = othersMayWait ? Writer : Writer | Contended;
        for (int state = Volatile.Read(ref _state); (state & blocking) == 0;)
        {
            int seen = Interlocked.CompareExchange(ref _state, state + 1, state);
            if (seen == state)
                return true;
            state = seen;
        }

        return false;
    }

    private bool TryTake(GateEntry entry, bool readersMayGo)
    {
        if (entry == GateEntry.Read)
            return readersMayGo && TryEnterReadAtOnce(othersMayWait: true);
        int alone = entry == GateEntry.Upgrade ? 1 : 0;
        int state = Volatile.Read(ref _state);
        return (state & (Writer | ReaderMask)) == alone
            && Interlocked.CompareExchange(ref _state, (state & Contended) | Writer, state) == state;
    }

    private bool WaitFor(GateEntry entry, Deadline deadline)
    {
        var spinner = new SpinWait();

        // One that upgrades is at once in the way of new readers, who could otherwise pass it and want to upgrade, too.
        for (int i = 0; i < Spins && entry != GateEntry.Upgrade; i++)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
            if (TryTake(entry, readersMayGo: Volatile.Read(ref _waitingWriters) == 0))
                return true;
        }

        lock (_monitor)
        {
            Enlist(entry);
            try
            {
                int phase = _phase;
                while (!TryTake(entry, readersMayGo: _waitingWriters == 0 || phase != _phase))
                {
                    if (!deadline.Wait(_monitor))
                        return false;
                }

                return true;
            }
            finally
            {
                Delist(entry);
            }
        }
    }

    private void Enlist(GateEntry entry)
    {
        if (entry != GateEntry.Read)
            _waitingWriters++;
        _waiters++;

        // Set before the state is tested again, under the monitor: whoever leaves after that test sees it and pulses.
        Interlocked.Or(ref _state, Contended);
    }

    private void Delist(GateEntry entry)
    {
        if (entry != GateEntry.Read && --_waitingWriters == 0)
            Monitor.PulseAll(_monitor); // Readers that stood back for a writer that gave up may go now.
        if (--_waiters == 0)
            Interlocked.And(ref _state, ~Contended);
    }

    private void Wake(bool writerLeft)
    {
        lock (_monitor)
        {
            if (writerLeft)
                _phase++;
            Monitor.PulseAll(_monitor);
        }
    }
}
