namespace Netshm.Benchmarks.Runs;

/// <summary>How long everything takes.</summary>
/// <param name="Rounds">How often each peer has its turn.</param>
/// <param name="WarmUp">How long a scenario runs before the first round.</param>
/// <param name="Compilation">
/// How long, instead, when it is the first one of its kind in a managed process: the run-time takes so long until it has
/// compiled what is used again and again in its best way.
/// </param>
/// <param name="Throughput">How long a turn is.</param>
/// <param name="Latency">How long a turn is in which single operations are timed.</param>
/// <param name="Bindings">How many bindings the main part has.</param>
/// <param name="TraceLength">How many operations a trace has.</param>
/// <param name="LargestCount">The most bindings for which peers are measured side by side.</param>
/// <param name="LargestTable">The most bindings that a table of ours gets.</param>
/// <param name="IsFull">Whether this is the long form.</param>
internal sealed record Effort(
    int Rounds,
    TimeSpan WarmUp,
    TimeSpan Compilation,
    TimeSpan Throughput,
    TimeSpan Latency,
    int Bindings,
    int TraceLength,
    int LargestCount,
    int LargestTable,
    bool IsFull)
{
    /// <summary>Less than ten minutes on two processors.</summary>
    public static Effort Quick { get; } = new(
        4, Milliseconds(50), Milliseconds(500), Milliseconds(30), Milliseconds(10), 200_000, 400_000, 1_000_000, 10_000_000, IsFull: false);

    /// <summary>An hour or more.</summary>
    public static Effort Full { get; } = new(
        15, Milliseconds(500), Milliseconds(1500), Milliseconds(100), Milliseconds(50), 200_000, 1_000_000, 10_000_000, 10_000_000, IsFull: true);

    /// <summary>
    /// Two builds side by side, three minutes on two processors. Many short turns tell them apart sooner than few long ones.
    /// </summary>
    public static Effort Comparison { get; } = Quick with { Rounds = 48, Throughput = Milliseconds(15) };

    /// <summary>The same in little more than a minute, for greater differences.</summary>
    public static Effort QuickComparison { get; } =
        Comparison with { Rounds = 16, Compilation = Milliseconds(300) };

    private static TimeSpan Milliseconds(int number) => TimeSpan.FromMilliseconds(number);
}
