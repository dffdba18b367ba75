namespace Netshm.Locking;

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
/// Record locks belong to the process and can't keep its threads apart. Without contention each entry is one interlocked
/// instruction, and so is a reader's exit; a writer's is a plain store. Waiting is phase-fair: readers wait for a waiting
/// writer, and those who have waited go in when it leaves. It knows nothing of re-entry: <see cref="TableLock"/> does.
/// </remarks>
internal sealed class ThreadGate
{
    private const int Writer = 1 << 30;
    private const long Contended = 1L << 32;
    private const int Spins = 10;

    private readonly object _monitor = new();
    private State _state;
    private int _waiters;
    private int _waitingWriters;
    private int _phase;

    /// <summary>Tries to come in without waiting, behind those who wait already.</summary>
    public bool TryEnter(GateEntry entry) => entry switch
    {
        GateEntry.Read => TryEnterReadAtOnce(othersMayWait: false),
        GateEntry.Write => TryEnterWrite(),
        _ => Interlocked.CompareExchange(ref _state.Whole, Writer, 1) == 1,
    };

    /// <inheritdoc cref="TryEnter"/>
    public bool TryEnterWrite() => Interlocked.CompareExchange(ref _state.Whole, Writer, 0) == 0;

    /// <summary>Comes in, waiting for its turn; false when the deadline has passed, and then nothing has changed.</summary>
    public bool Enter(GateEntry entry, Deadline deadline) => TryEnter(entry) || WaitFor(entry, deadline);

    public void ExitRead()
    {
        if ((Interlocked.Decrement(ref _state.Whole) & Contended) != 0)
            Wake(writerLeft: false);
    }

    public void ExitWrite()
    {
        // Only the writer changes this half while it is in. The processor may look at the other half before others see
        // the store; that a waiter is not missed is the waiter's business, see Enlist.
        Volatile.Write(ref _state.Entered, 0);
        if (Volatile.Read(ref _state.Contended) != 0)
            Wake(writerLeft: true);
    }

    /// <summary>Turns the caller's write entry into a read entry.</summary>
    public void Downgrade()
    {
        // From Writer to one reader in a single step.
        if ((Interlocked.Add(ref _state.Whole, 1 - Writer) & Contended) != 0)
            Wake(writerLeft: true);
    }

    private bool TryEnterReadAtOnce(bool othersMayWait)
    {
        long blocking = othersMayWait ? Writer : Writer | Contended;
        for (long state = Volatile.Read(ref _state.Whole); (state & blocking) == 0;)
        {
            long seen = Interlocked.CompareExchange(ref _state.Whole, state + 1, state);
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
        long state = Volatile.Read(ref _state.Whole);
        return (int)state == alone
            && Interlocked.CompareExchange(ref _state.Whole, (state & Contended) | Writer, state) == state;
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

        using (Uninterrupted.Enter(_monitor))
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

        // Set before the state is tested again, under the monitor: whoever leaves after that test sees it and pulses. A
        // writer leaves without a fence. So this one is for all threads: who has looked for waiters before it has its
        // store seen by the test; who looks after it sees that somebody waits.
        Interlocked.Exchange(ref _state.Contended, 1);
        Interlocked.MemoryBarrierProcessWide();
    }

    private void Delist(GateEntry entry)
    {
        if (entry != GateEntry.Read && --_waitingWriters == 0)
            Monitor.PulseAll(_monitor); // Readers that stood back for a writer that gave up may go now.
        if (--_waiters == 0)
            Volatile.Write(ref _state.Contended, 0);
    }

    private void Wake(bool writerLeft)
    {
        using (Uninterrupted.Enter(_monitor))
        {
            if (writerLeft)
                _phase++;
            Monitor.PulseAll(_monitor);
        }
    }

    /// <summary>Who is in, and whether somebody waits: together for those who come, apart for a writer who goes.</summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct State
    {
        [FieldOffset(0)] public long Whole;

        /// <summary>The number of readers, or <see cref="Writer"/>; the lower half of the whole.</summary>
        [FieldOffset(0)] public int Entered;

        /// <summary>Whether somebody waits.</summary>
        [FieldOffset(4)] public int Contended;
    }
}
