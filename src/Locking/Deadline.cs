using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Netshm;

/// <summary>The moment until which to wait for locks; one deadline spans all the locks of an operation.</summary>
internal readonly struct Deadline
{
    private readonly long _ticks;

    private Deadline(long ticks) => _ticks = ticks;

    public static Deadline Never => new(long.MaxValue);

    public bool IsNever => _ticks == long.MaxValue;

    /// <summary>How long to wait still; zero when it has passed, infinite when there is none.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (IsNever)
                return Timeout.InfiniteTimeSpan;
            long left = _ticks - Stopwatch.GetTimestamp();
            return left <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)left / Stopwatch.Frequency);
        }
    }

    public bool HasPassed => !IsNever && Stopwatch.GetTimestamp() >= _ticks;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Deadline After(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan ? Never : FromNow(timeout);

    /// <summary>This deadline, or a nearer one.</summary>
    public Deadline ButAtMost(TimeSpan fromNow) => new(Math.Min(_ticks, After(fromNow)._ticks));

    /// <summary>Enters a monitor, looking for deadlocks now and then if there is something to look with.</summary>
    /// <exception cref="LockTimeoutException">Another thread held it until the deadline.</exception>
    public void Enter(object monitor, string name, WaitProbe? probe)
    {
        Deadline step = probe is null ? this : ButAtMost(WaitProbe.Interval);
        while (!Monitor.TryEnter(monitor, step.Remaining))
        {
            if (HasPassed)
                throw new LockTimeoutException($"{name}: another thread waited for the lock until the deadline");
            probe?.Check();
            step = ButAtMost(WaitProbe.Interval);
        }
    }

    /// <summary>Waits to be pulsed on a monitor the caller holds; false when the deadline has passed.</summary>
    public bool Wait(object monitor)
    {
        TimeSpan remaining = Remaining;
        if (remaining == TimeSpan.Zero)
            return false;

        // Rounded up to a millisecond, since Monitor.Wait rounds down and would spin at the end.
        return Monitor.Wait(monitor, IsNever ? Timeout.Infinite : (int)Math.Ceiling(remaining.TotalMilliseconds))
            || !HasPassed;
    }

    private static Deadline FromNow(TimeSpan timeout) =>
        new(Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency));
}
