using System.Diagnostics;

namespace Netshm.Locking;

/// <summary><see cref="LockingMethod.Futex"/>: one word in shared memory, with life locks against the dead.</summary>
/// <remarks>
/// docs/Protocol.md, "The lock word". There is one mode; readers of this process that need the lock share it. Recovery is
/// the business of the transaction that gets the lock.
/// </remarks>
internal sealed class FutexLock(Sidecar sidecar, string name)
    : SharingLock(sidecar.Counters, name, MaxTenureInMilliseconds, FaultPoint.StandBackUnderFutex)
{
    private const int Spins = 100;
    private const int SpinIterations = 20;
    private const int MaxTenureInMilliseconds = 1;

    private static readonly TimeSpan s_nap = TimeSpan.FromMilliseconds(2);

    private readonly Sidecar _sidecar = sidecar;
    private readonly string _name = name;
    private long _tenureSince;
    private bool _othersWait;

    /// <summary>The sidecar it is in.</summary>
    public Sidecar Sidecar => _sidecar;

    private int Mine => _sidecar.Slot + 1;

    public override void AcquireExclusive(Deadline deadline, WaitProbe? probe) => Acquire(deadline, probe);

    public override bool TryAcquireExclusive()
    {
        if (_othersWait || !TryExchange(0, Mine))
            return false;
        BeginHold();
        return true;
    }

    /// <summary>Nothing to do: who reads without the lock finds out that it was disturbed.</summary>
    public override void LockContent(int page, Deadline deadline)
    {
    }

    /// <inheritdoc cref="LockContent"/>
    public override void LockAllContent(Deadline deadline)
    {
    }

    public override void ReleaseExclusive() => Release();

    /// <summary>Makes this process the owner if a dead one has the lock, or has left it to the claimed slot.</summary>
    /// <param name="slot">The slot, whose life byte this process holds.</param>
    public bool InheritFrom(int slot)
    {
        // Others may set the sleepers' bit in between; nobody else changes a dead one's number.
        for (int seen; LockState.OwnerIn(seen = Volatile.Read(ref _sidecar.LockWord)) == slot + 1;)
        {
            if (TryExchange(seen, Mine | LockState.SleepersBit))
                return true;
        }

        return false;
    }

    /// <summary>Makes this process, which is alone, the owner, whatever the word says.</summary>
    public void Seize() => SharedWord.Store(ref _sidecar.LockWord, Mine);

    protected override void AcquireForReaders(Deadline deadline, WaitProbe? probe) => Acquire(deadline, probe);

    protected override void ReleaseForReaders() => Release();

    /// <summary>Nothing to do: there is one mode.</summary>
    protected override void UpgradeHold(Deadline deadline)
    {
    }

    private void Acquire(Deadline deadline, WaitProbe? probe)
    {
        if (_othersWait)
            LetOthersIn();
        if (!TryExchange(0, Mine))
        {
            Counters.CountConcurrently(Counter.Waits);
            WaitFor(deadline, probe);
        }

        BeginHold();
    }

    private void BeginHold()
    {
        SharedWord.Store(ref _sidecar.Epoch, _sidecar.Epoch + 1);
        Counters.Count(Counter.Acquisitions);
    }

    private void Release()
    {
        ref LockState state = ref _sidecar.Lock;
        if (Volatile.Read(ref state.Sleepers) == 0)
        {
            // Without a fence, and of the owner only: a sleeper may set its bit at the same time. The processor may look at
            // the bit before others see the store; who is missed in this way sleeps to the end of its nap at most.
            SharedWord.Store(ref state.Owner, 0);
            Seam.Reached(SeamKind.Load);
            if (Volatile.Read(ref state.Sleepers) == 0)
            {
                _othersWait = false;
                return;
            }
        }
        else
        {
            SharedWord.Store(ref state.Word, 0);
        }

        // Dying before the wake-up leaves sleepers to the end of their nap.
        Seam.Reached(SeamKind.Store);
        _sidecar.Block.WakeOne(SidecarLayout.LockWordOffset);
        if (!_othersWait)
        {
            _othersWait = true;
            _tenureSince = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>After a millisecond of being faster than those who are being woken, stands back for one of them.</summary>
    private void LetOthersIn()
    {
        if (Stopwatch.GetElapsedTime(_tenureSince).TotalMilliseconds < MaxTenureInMilliseconds)
            return;
        _othersWait = false;
        for (int i = 0; i < Spins && LockState.OwnerIn(Volatile.Read(ref _sidecar.LockWord)) == 0; i++)
            Thread.SpinWait(SpinIterations);
    }

    private void WaitFor(Deadline deadline, WaitProbe? probe)
    {
        long begin = Stopwatch.GetTimestamp();
        long epoch = Volatile.Read(ref _sidecar.Epoch);
        ref int word = ref _sidecar.LockWord;
        for (int i = 0; i < Spins; i++)
        {
            int seen = Volatile.Read(ref word);
            if (LockState.OwnerIn(seen) == 0 && TryExchange(seen, seen | Mine))
                return;
            Thread.SpinWait(SpinIterations);
        }

        while (true)
        {
            int seen = Volatile.Read(ref word);

            // From here on the sleepers' bit is always set with our own number, since others may sleep, too.
            if (LockState.OwnerIn(seen) == 0)
            {
                if (TryExchange(seen, Mine | LockState.SleepersBit))
                    return;
                continue;
            }

            int asleep = seen | LockState.SleepersBit;
            if (seen != asleep && !TryExchange(seen, asleep))
                continue;
            TimeSpan nap = deadline.IsNever || deadline.Remaining > s_nap ? s_nap : deadline.Remaining;
            Seam.Waiting(ref nap);
            _sidecar.Block.WaitWhile(SidecarLayout.LockWordOffset, asleep, nap);
            if (Volatile.Read(ref word) == asleep && TryTakeOver(asleep))
                return;
            if (deadline.HasPassed)
            {
                bool isOneHold = Volatile.Read(ref _sidecar.Epoch) == epoch;
                string time = isOneHold ? $", for at least {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:F0} ms" : "";
                throw new LockTimeoutException(
                    $"{_name}: {LockHolder.Describe(_sidecar, LockState.OwnerIn(seen) - 1)} held the lock until the deadline{time}");
            }

            probe?.Check();
        }
    }

    private bool TryExchange(int expected, int value)
    {
        Seam.Reached(SeamKind.Store);
        return Interlocked.CompareExchange(ref _sidecar.LockWord, value, expected) == expected;
    }

    /// <summary>Takes the lock from an owner that is dead.</summary>
    private bool TryTakeOver(int seen)
    {
        int owner = LockState.OwnerIn(seen) - 1;
        if (owner < 0 || owner >= SidecarLayout.MaxSlots || owner == _sidecar.Slot)
            throw new CorruptFileException(_name, null, null, $"the sidecar's lock word is {seen:x8}; expected a slot");
        if (!_sidecar.TryLockLife(owner))
            return false;
        try
        {
            // As long as we hold the dead one's life byte, nobody claims its slot or takes over in our place. It may
            // have released the lock before it died, and another one may have it now: so the word decides.
            return InheritFrom(owner);
        }
        finally
        {
            _sidecar.UnlockLife(owner);
        }
    }
}
