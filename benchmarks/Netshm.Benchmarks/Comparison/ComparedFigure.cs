using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Comparison;

/// <summary>What one run of both builds gave for one figure.</summary>
/// <param name="Old">The old build's median.</param>
/// <param name="New">The new build's median.</param>
/// <param name="Ratio">How many times as much the new build takes as the old one.</param>
internal readonly record struct Pair(double Old, double New, double Ratio)
{
    /// <summary>A ratio above it is worse: figures that differ by less are alike.</summary>
    public const double Tolerance = 1.05;

    /// <summary>Whether the new build is worse.</summary>
    public bool IsWorse => Ratio > Tolerance;

    /// <summary>Compares the rounds of both builds.</summary>
    /// <remarks>
    /// A round of the one build stands beside the same round of the other, milliseconds apart. So the ratio is the median of
    /// the rounds' ratios: what else the machine does changes both figures of a round, but not the two medians alike.
    /// </remarks>
    public static Pair Of(Result old, Result @new) => new(
        old.Median, @new.Median, Result.MedianOf(@new.Values.Zip(old.Values, (ours, theirs) => ours / theirs)));

    /// <summary>Compares what an operation allocates; less than a byte comes from what happens once.</summary>
    public static Pair OfBytes(double old, double @new) => new(old, @new, Math.Max(@new, 1) / Math.Max(old, 1));
}

/// <summary>One figure of both builds, in all runs; the less, the better.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Runs">The runs.</param>
internal sealed record ComparedFigure(string Name, IReadOnlyList<Pair> Runs)
{
    /// <summary>Whether the new build is worse in at least two of three runs; one alone may have met something else.</summary>
    public bool IsRegression => 3 * Runs.Count(run => run.IsWorse) >= 2 * Runs.Count;
}
