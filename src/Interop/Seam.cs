using System.Diagnostics;

namespace Netshm.Interop;

/// <summary>What a process is about to do when it comes to a <see cref="Seam"/>.</summary>
internal enum SeamKind
{
    /// <summary>To change what other processes see: shared memory, a lock, a file.</summary>
    Store,
    /// <summary>To look, without a lock, at what another process may be changing.</summary>
    Load,
    /// <summary>To wait until another process does something.</summary>
    Wait,
}

/// <summary>
/// The places between which nothing can happen that other processes could tell apart: tests let a process die or another
/// one go on there.
/// </summary>
/// <remarks>
/// Costs nothing: calls exist only where FAULT_INJECTION is defined, as in tests/Netshm.Exploration, which has the other
/// part of this class.
/// </remarks>
internal static partial class Seam
{
    /// <summary>How much shorter the steps of gradual work are where tests look at each of them.</summary>
#if FAULT_INJECTION
    public const int StepDivisor = 8;
#else
    public const int StepDivisor = 1;
#endif

    /// <summary>To be called right before such a step.</summary>
    [Conditional("FAULT_INJECTION")]
    public static void Reached(SeamKind kind) => OnReached(kind);

    /// <summary>To be called right before a process sleeps; a test's does not, since who would wake it may be simulated.</summary>
    [Conditional("FAULT_INJECTION")]
    public static void Waiting(ref TimeSpan longest)
    {
        OnReached(SeamKind.Wait);
        longest = TimeSpan.Zero;
    }

    /// <summary>
    /// To be called right before a thread may have to wait for another one: <see cref="Thread.Interrupt"/> strikes there.
    /// </summary>
    /// <exception cref="ThreadInterruptedException">A test wants it to.</exception>
    [Conditional("FAULT_INJECTION")]
    public static void Waiting(FaultPoint at) => OnWaiting(at);

    static partial void OnReached(SeamKind kind);

    static partial void OnWaiting(FaultPoint at);
}
