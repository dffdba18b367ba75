using System.Diagnostics;
using Netshm.Actors.Cluster.Common;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>
/// What one process knows of the clock of another one, to tell it deadlines as moments of its own clock: the time that a message
/// waits in the socket of a stopped process counts then.
/// </summary>
/// <remarks>
/// Each answer says which moment it was when it was sent. It was at least that moment when the answer arrived. So a deadline that
/// is counted from there never comes too late, and too early by the time that the answer travelled. The last answer counts, since
/// clocks stand still while their machine sleeps.
/// </remarks>
internal struct GateClock
{
    private long _ahead;

    /// <summary>The moment it is now by this process's own clock, for an answer.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>Takes note of the moment that an answer tells, which arrives now.</summary>
    public void Hear(long now) => _ahead = unchecked(now - Now);

    /// <summary>A deadline by the other clock.</summary>
    public readonly CallDeadline ToOther(CallDeadline own) =>
        own.IsNever ? own : new CallDeadline(unchecked(own.Timestamp + _ahead));
}
