using System.Diagnostics;
using Netshm.Actors.Common;

namespace Netshm.Actors.Protocol;

/// <summary>What a request is executed with.</summary>
/// <param name="Table">The table, locked as the request needs it.</param>
/// <param name="Deadline">
/// The <see cref="Stopwatch.GetTimestamp"/> from which on the request may not be executed, or <see cref="Clock.Never"/>.
/// </param>
/// <param name="MaxGroupTime">
/// How long the body of a group may run at most, or <see cref="Timeout.InfiniteTimeSpan"/>.
/// </param>
internal readonly record struct Execution(ShmTable Table, long Deadline, TimeSpan MaxGroupTime)
{
    /// <summary>How long the body of a group may run, as the setting and the deadline allow.</summary>
    public TimeSpan GroupTimeout
    {
        get
        {
            if (Deadline == Clock.Never)
                return MaxGroupTime;
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), Deadline);
            return MaxGroupTime == Timeout.InfiniteTimeSpan || left < MaxGroupTime ? left : MaxGroupTime;
        }
    }
}
