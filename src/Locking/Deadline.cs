using System.Diagnostics;

namespace Netshm.Locking;

/// <summary>The moment until which to wait for locks; one deadline spans all the locks of an operation.</summary>
/// <remarks>
/// Reading the clock takes a tenth of the time of a modification, and few modifications wait. So there are deadlines whose
/// time has not begun to run, which serve for any number of operations: one that waits begins it.
/// </remarks>
internal readonly struct Deadline
{
    /// <summary>The moment by the clock; or, where the time has not begun, its length below zero.</summary>
    private readonly long _ticks;

    private Deadline(long ticks) => _ticks = ticks;

    public static Deadline Never => new(long.MaxValue);

    public bool IsNever => _ticks == long.MaxValue;

    /// <summary>The same, with its time running; one that runs already goes on.</summary>
    public Deadline Begun => _ticks >= 0 ? this : FromNow(-_ticks);

    /// <summary>How long to wait still; zero when it has passed, infinite when there is none.</summary>
    public TimeSpan Remaining
    {
        get
        {
            AssertBegun();
            if (IsNever)
                return Timeout.InfiniteTimeSpan;
            long left = _ticks - Stopwatch.GetTimestamp();
            return left <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)left / Stopwatch.Frequency);
        }
    }

    public bool HasPassed
    {
        get
        {
            AssertBegun();
            return !IsNever && Stopwatch.GetTimestamp() >= _ticks;
        }
    }

    /// <summary>A time that is infinite, or not negative; one too long for the clock lasts as long as that does.</summary>
    public static Deadline After(TimeSpan timeout) => NotBegun(timeout).Begun;

    /// <summary>The same, with a time that does not run before <see cref="Begun"/> is asked for.</summary>
    public static Deadline NotBegun(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
            return Never;
        Debug.Assert(timeout >= TimeSpan.Zero, "Times come in through Possible.");
        double ticks = Math.Ceiling(timeout.TotalSeconds * Stopwatch.Frequency);
        return new Deadline(ticks < long.MaxValue ? -Math.Max(1, (long)ticks) : -long.MaxValue);
    }

    /// <summary>Refuses times that nobody can wait for: negative ones, but for <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    /// <returns>The time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is such a one.</exception>
    public static TimeSpan Possible(TimeSpan timeout, [CallerArgumentExpression(nameof(timeout))] string? parameter = null) =>
        timeout >= TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan
            ? timeout
            : throw new ArgumentOutOfRangeException(
                parameter, timeout, "a time to wait must not be negative, unless it is Timeout.InfiniteTimeSpan");

    /// <summary>This deadline, or a nearer one.</summary>
    public Deadline ButAtMost(TimeSpan fromNow)
    {
        AssertBegun();
        return new Deadline(Math.Min(_ticks, After(fromNow)._ticks));
    }

    /// <summary>Enters a monitor, looking for deadlocks now and then if there is something to look with.</summary>
    /// <exception cref="LockTimeoutException">Another thread held it until the deadline.</exception>
    public void Enter(object monitor, string name, WaitProbe? probe)
    {
        Deadline step = probe is null ? this : ButAtMost(WaitProbe.Interval);
        Seam.Waiting(FaultPoint.EnterUntilDeadline);
        while (!Monitor.TryEnter(monitor, step.RemainingMilliseconds))
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
        Seam.Waiting(FaultPoint.WaitUntilDeadline);
        int remaining = RemainingMilliseconds;
        return remaining != 0 && (Monitor.Wait(monitor, remaining) || !HasPassed);
    }

    /// <summary>
    /// What a monitor takes: -1 for ever, else 24 days at most, after which callers look again. Rounded up, since one who waits
    /// less than a millisecond would spin at the end.
    /// </summary>
    private int RemainingMilliseconds =>
        IsNever ? Timeout.Infinite : (int)Math.Min(Math.Ceiling(Remaining.TotalMilliseconds), int.MaxValue);

    private static Deadline FromNow(long ticks)
    {
        long now = Stopwatch.GetTimestamp();

        // At most the last tick but one, since the last one means that there is no deadline.
        return new Deadline(now + Math.Min(ticks, long.MaxValue - 1 - now));
    }

    [Conditional("DEBUG")]
    private void AssertBegun() => Debug.Assert(_ticks >= 0, "A thread that waits begins its deadline first.");
}
