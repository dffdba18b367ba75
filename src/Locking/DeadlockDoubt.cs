namespace Netshm.Locking;

/// <summary>Whether a cycle that the kernel saw among processes may be none of threads.</summary>
/// <remarks>
/// To the kernel all threads of a process are one owner of record locks, so it sees cycles through two threads, of this
/// process or of another one, of which neither waits for the other. Such a cycle ends by itself, a real one does not:
/// time tells. docs/Protocol.md, "Groups and deadlocks".
/// </remarks>
internal struct DeadlockDoubt
{
    /// <summary>How long to wait before trying again.</summary>
    public const int PauseInMilliseconds = 1;

    /// <summary>How long the kernel must go on seeing a cycle while this process lets go of nothing.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(75);

    /// <summary>How long a real deadlock may go unreported because other threads are busy.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private long _releases;
    private Deadline _quietEnds;
    private Deadline _ends;

    /// <summary>To be made before the lock is tried.</summary>
    public DeadlockDoubt() => _quietEnds = _ends = Deadline.Never;

    /// <summary>Whether to try again, when the kernel has said that there is a cycle.</summary>
    /// <param name="heldByThread">How many tables the calling thread has locked.</param>
    public bool MayBeFalse(int heldByThread)
    {
        // A thread that holds nothing can't be part of a cycle: another thread of its process is, or will let go.
        if (heldByThread == 0)
            return true;
        if (_ends.IsNever)
            _ends = Deadline.After(s_longest);
        long releases = RecordLock.ReleasesOfProcess;
        if (_quietEnds.IsNever || releases != _releases)
            _quietEnds = Deadline.After(s_quiet);
        _releases = releases;
        return !_quietEnds.HasPassed && !_ends.HasPassed;
    }
}
