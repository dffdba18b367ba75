using System.Diagnostics;

namespace Netshm.Actors.Common;

/// <summary>Moments and times in units of <see cref="Stopwatch.GetTimestamp"/>.</summary>
internal static class Clock
{
    /// <summary>The deadline of what waits for ever.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The moment that lies the given time ahead; <see cref="Never"/> when no clock will come to it.</summary>
    public static long DeadlineAfter(TimeSpan timeout)
    {
        long now = Stopwatch.GetTimestamp();
        long ahead = timeout == Timeout.InfiniteTimeSpan ? Never : TimestampsOf(timeout);
        return ahead < Never - now ? now + ahead : Never;
    }

    public static long TimestampsOf(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
