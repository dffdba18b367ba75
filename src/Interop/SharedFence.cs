namespace Netshm.Interop;

/// <summary>A full fence for the threads of all processes that take part, which only the one who asks for it pays for.</summary>
/// <remarks>
/// membarrier(2), "global expedited": Linux 4.16 and later. A sandbox may forbid it, so both can fail.
/// </remarks>
internal static class SharedFence
{
    /// <summary>Has the threads of this process, also later ones, take part from now on.</summary>
    /// <returns>Whether they do.</returns>
    public static bool TryJoin() =>
        Libc.MemoryBarrier(FaultPoint.JoinFence, Libc.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED) == 0;

    /// <summary>
    /// Has each thread of the processes that take part pass a full fence between the beginning and the end of this call.
    /// </summary>
    /// <returns>Whether that was done.</returns>
    public static bool TryIssue() =>
        Libc.MemoryBarrier(FaultPoint.IssueFence, Libc.MEMBARRIER_CMD_GLOBAL_EXPEDITED) == 0;
}
