using System.Diagnostics;

namespace Netshm.Locking;

/// <summary><see cref="LockingMethod.Record"/>: the original's record locks, byte for byte and in its order.</summary>
/// <remarks>
/// The byte of the descriptor page covers descriptor, hash table and, since every writer of either implementation
/// holds it to its end, the bindings. The original's readers let go of it and keep the byte of the first page of the
/// binding they read, so a writer also locks that before it frees or edits the binding: each by itself, as the original
/// does, so that it does not wait for readers of other bindings. See docs/Protocol.md, "Record locks".
/// </remarks>
internal sealed class RecordLock(SharedDescriptor lockFile, int wordsPerPage, string name)
    : SharingLock(counters: null, name, MaxTenureInMilliseconds, FaultPoint.StandBackUnderRecord)
{
    /// <summary>How long readers of this process may pass the kernel lock on among them before others get a turn.</summary>
    private const long MaxTenureInMilliseconds = 5;

    /// <summary>
    /// How many bindings one holder locks by themselves. For the kernel goes through all of them at each further one.
    /// </summary>
    public const int MaxContentLocks = 1000;

    private static long s_releases;

    private readonly SharedDescriptor _lockFile = lockFile;
    private readonly int _wordsPerPage = wordsPerPage;
    private readonly string _name = name;
    /// <summary>The bytes of bindings that are locked one by one.</summary>
    private readonly HashSet<long> _contentBytes = [];
    private bool _hasAllContent;

    /// <summary>How often this process has let go of a table.</summary>
    public static long ReleasesOfProcess => Volatile.Read(ref s_releases);

    private long DescriptorByte => ByteOf(Layout.DescriptorPage);

    public override void AcquireExclusive(Deadline deadline, WaitProbe? probe)
    {
        Debug.Assert(!IsShared, "The gate lets a writer in alone.");

        // Where nobody else is in the table, one call gets the descriptor and every binding. Where somebody is, the
        // descriptor comes first as in the original: once it is held no reader comes in any more, so waiting ends.
        if (!TryLockAllContent())
            LockCounted(Libc.F_WRLCK, deadline);
        Counters.Count(Counter.Acquisitions);
    }

    public override bool NeedsContentLocks => !_hasAllContent;

    public override void LockContent(int page, Deadline deadline)
    {
        long wanted = ByteOf(page);
        if (_hasAllContent || _contentBytes.Contains(wanted))
            return;
        if (_contentBytes.Count > 0 && TryLockAllContent())
            return; // Who was in when this one came has left; one call is cheaper than one for each binding.
        if (_contentBytes.Count >= MaxContentLocks)
        {
            LockAllContent(deadline);
            return;
        }

        LockMore(wanted, 1, deadline);
        _contentBytes.Add(wanted);
    }

    public override void LockAllContent(Deadline deadline)
    {
        if (_hasAllContent)
            return;
        LockMore(0, ByteRangeLock.FirstReserved, deadline);
        _hasAllContent = true;
    }

    public override void ReleaseExclusive()
    {
        bool onlyDescriptor = !_hasAllContent && _contentBytes.Count == 0;
        _hasAllContent = false;
        _contentBytes.Clear();

        // This thread is alone in here, so one call can release everything but the reserved bytes.
        if (onlyDescriptor)
            Unlock(DescriptorByte, 1);
        else
            Unlock(0, ByteRangeLock.FirstReserved);
    }

    protected override void AcquireForReaders(Deadline deadline, WaitProbe? probe)
    {
        LockCounted(Libc.F_RDLCK, deadline);
        Counters.Count(Counter.Acquisitions);
    }

    protected override void ReleaseForReaders() => Unlock(DescriptorByte, 1);

    protected override void UpgradeHold(Deadline deadline) =>
        ByteRangeLock.Lock(_lockFile, Libc.F_WRLCK, DescriptorByte, 1, deadline, _name);

    /// <summary>Gives locks back. If the kernel can't, this process has them until it gives them back the next time.</summary>
    private void Unlock(long start, long lengthInBytes)
    {
        Interlocked.Increment(ref s_releases);
        ByteRangeLock.Unlock(_lockFile, start, lengthInBytes, _name);
    }

    private bool TryLockAllContent() => _hasAllContent =
        ByteRangeLock.TryLock(_lockFile, Libc.F_WRLCK, 0, ByteRangeLock.FirstReserved, _name);

    /// <summary>Locks bindings for a thread that holds the descriptor, which can't be let go in between.</summary>
    private void LockMore(long start, long lengthInBytes, Deadline deadline)
    {
        var doubt = new DeadlockDoubt();
        while (true)
        {
            try
            {
                ByteRangeLock.Lock(_lockFile, Libc.F_WRLCK, start, lengthInBytes, deadline, _name);
                return;
            }
            catch (DeadlockException) when (doubt.MayBeFalse(Math.Max(1, TableLock.RecordLocksOfThread)))
            {
                Seam.Waiting(FaultPoint.PauseInDoubtOfContent);
                Thread.Sleep(DeadlockDoubt.PauseInMilliseconds);
            }
        }
    }

    /// <summary>Locks the descriptor, and counts when that takes waiting.</summary>
    private void LockCounted(short type, Deadline deadline)
    {
        if (ByteRangeLock.TryLock(_lockFile, type, DescriptorByte, 1, _name))
            return;
        Counters.CountConcurrently(Counter.Waits);
        ByteRangeLock.Lock(_lockFile, type, DescriptorByte, 1, deadline, _name);
    }

    private long ByteOf(int page) => (long)page * _wordsPerPage;
}
