using System.Diagnostics;

namespace Netshm.Actors.Common;

/// <summary>Waits for another thread without falling asleep, for as long as being woken takes.</summary>
internal static class Spin
{
    private static readonly long s_patience = Clock.TimestampsOf(TimeSpan.FromMicroseconds(50));

    /// <summary>Waits until a condition is met, or for some 50 µs.</summary>
    /// <param name="state">What the condition looks at.</param>
    /// <param name="condition">Is called again and again, without a lock.</param>
    public static void Until<T>(T state, Func<T, bool> condition)
    {
        var spinner = new SpinWait();
        for (long end = Stopwatch.GetTimestamp() + s_patience; !condition(state) && Stopwatch.GetTimestamp() < end;)
            spinner.SpinOnce(sleep1Threshold: -1);
    }
}
