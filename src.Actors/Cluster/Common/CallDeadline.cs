using System.Diagnostics;
using Netshm.Actors.Common;

namespace Netshm.Actors.Cluster.Common;

/// <summary>
/// The moment at which the caller of an operation gives up: one for all requests and retries that the operation needs. It is a
/// moment of CLOCK_MONOTONIC, which goes on while a process is stopped.
/// </summary>
/// <param name="Timestamp">The moment in units of <see cref="Stopwatch.GetTimestamp"/>.</param>
internal readonly record struct CallDeadline(long Timestamp)
{
    /// <summary>The deadline of a caller who never gives up.</summary>
    public static CallDeadline Never => new(Clock.Never);

    public bool IsNever => Timestamp == Clock.Never;

    public bool HasPassed => !IsNever && Stopwatch.GetTimestamp() >= Timestamp;

    /// <summary>
    /// The time that is left: <see cref="Timeout.InfiniteTimeSpan"/> when there is no end, zero when the moment has passed.
    /// </summary>
    public TimeSpan Left
    {
        get
        {
            if (IsNever)
                return Timeout.InfiniteTimeSpan;
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Timestamp);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The deadline of what begins now and may take so long.</summary>
    public static CallDeadline After(TimeSpan timeout) => new(Clock.DeadlineAfter(timeout));

    /// <summary>This deadline, or a nearer one.</summary>
    public CallDeadline ButAtMost(TimeSpan fromNow) => new(Math.Min(Timestamp, After(fromNow).Timestamp));
}
