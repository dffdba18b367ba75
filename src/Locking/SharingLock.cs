using System.Diagnostics;

namespace Netshm.Locking;

/// <summary>A lock of which this process has one hold at a time, which its readers share.</summary>
/// <remarks>
/// Readers that overlap without end would starve other processes. So once the hold is longer than its tenure, a reader that
/// comes stands back for a moment, in which the hold may fall free. It may not when one of them reads for long: it goes on then.
/// </remarks>
/// <param name="counters">Where to count, or null for counts that only this process sees.</param>
/// <param name="name">The table's name.</param>
/// <param name="maxTenureInMilliseconds">How long readers of this process may pass the hold on among them.</param>
/// <param name="standsBack">Where a thread waits that stands back.</param>
internal abstract class SharingLock(TableCounters? counters, string name, long maxTenureInMilliseconds, FaultPoint standsBack)
    : ProcessLock(counters)
{
    private const int StandBackInMilliseconds = 1;

    private readonly object _monitor = new();
    private int _sharers;
    private long _sharedSince;

    public override void AcquireShared(Deadline deadline, WaitProbe? probe)
    {
        deadline.Enter(_monitor, name, probe);
        try
        {
            if (_sharers > 0 && Environment.TickCount64 - _sharedSince > maxTenureInMilliseconds)
            {
                Seam.Waiting(standsBack);
                Monitor.Wait(_monitor, StandBackInMilliseconds);
                _sharedSince = Environment.TickCount64;
            }

            if (_sharers == 0)
            {
                AcquireForReaders(deadline, probe);
                _sharedSince = Environment.TickCount64;
            }

            _sharers++;
        }
        finally
        {
            Monitor.Exit(_monitor);
        }
    }

    public override void ReleaseShared()
    {
        using (Uninterrupted.Enter(_monitor))
        {
            if (--_sharers > 0)
                return;
            Monitor.PulseAll(_monitor); // They come when the monitor is left.
            ReleaseForReaders();
        }
    }

    public override void Upgrade(Deadline deadline)
    {
        Debug.Assert(_sharers == 1, "The gate lets the last reader become the writer.");
        UpgradeHold(deadline);
        _sharers = 0;
    }

    /// <summary>Whether readers of this process have the hold.</summary>
    protected bool IsShared => _sharers > 0;

    protected abstract void AcquireForReaders(Deadline deadline, WaitProbe? probe);

    protected abstract void ReleaseForReaders();

    /// <summary>Turns the readers' hold into a writer's.</summary>
    protected abstract void UpgradeHold(Deadline deadline);
}
