using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Tests;

/// <summary>So little work that the figures mean nothing.</summary>
internal static class TinyEffort
{
    public static Effort Value { get; } = new(
        Rounds: 1,
        WarmUp: TimeSpan.FromMilliseconds(1),
        Compilation: TimeSpan.FromMilliseconds(2),
        Throughput: TimeSpan.FromMilliseconds(2),
        Latency: TimeSpan.FromMilliseconds(1),
        Bindings: 1000,
        TraceLength: 2000,
        LargestCount: 1000,
        LargestTable: 1000,
        IsFull: false);
}
