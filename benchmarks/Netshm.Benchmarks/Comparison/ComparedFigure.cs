using Netshm.Benchmarks.Runs;

namespace Netshm.Benchmarks.Comparison;

/// <summary>What one run of both builds gave for one figure.</summary>
/// <param name="Old">The old build's median.</param>
/// <param name="New">The new build's median.</param>
/// <param name="Ratio">How many times as much the new build takes as the old one.</param>
/// <param name="LeastRatio">What that number is at least, in spite of what else the machine did.</param>
internal readonly record struct Pair(double Old, double New, double Ratio, double LeastRatio)
{
    /// <summary>A ratio above it is worse: figures that differ by less are alike.</summary>
    public const double Tolerance = 1.05;

    /// <summary>Half of the interval, in units of the square root of the number of rounds, that has a median in 99 of 100 cases.</summary>
    private const double HalfInterval = 1.16;

    /// <summary>Whether the new build is worse, and not by chance.</summary>
    public bool IsWorse => Ratio > Tolerance && LeastRatio > 1;

    /// <summary>Compares the rounds of both builds.</summary>
    /// <remarks>
    /// A round of the one build stands beside the same round of the other, milliseconds apart. So the ratio is the median of
    /// the rounds' ratios: what else the machine does changes both figures of a round, but not the two medians alike. On a
    /// busy machine even that is chance when the rounds do not agree; their order tells (the sign test).
    /// </remarks>
    public static Pair Of(Result old, Result @new)
    {
        double[] ratios = [.. @new.Values.Zip(old.Values, (ours, theirs) => ours / theirs).Order()];
        int least = (int)Math.Max((ratios.Length / 2.0) - (HalfInterval * Math.Sqrt(ratios.Length)), 0);
        return new Pair(old.Median, @new.Median, Result.MedianOf(ratios), ratios[least]);
    }

    /// <summary>Compares what does not depend on the time: each difference is one.</summary>
    public static Pair OfExact(double old, double @new) => new(old, @new, @new / old, @new / old);
}

/// <summary>One figure of both builds, in all runs; the less, the better.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Runs">The runs.</param>
internal sealed record ComparedFigure(string Name, IReadOnlyList<Pair> Runs)
{
    /// <summary>Whether the new build is worse in at least two of three runs; one alone may have met something else.</summary>
    public bool IsRegression => AreMost(run => run.IsWorse);

    /// <summary>Whether it seems to be, while the rounds do not agree: a quieter machine would tell.</summary>
    public bool IsUndecided => !IsRegression && AreMost(run => run.Ratio > Pair.Tolerance);

    private bool AreMost(Func<Pair, bool> property) => 3 * Runs.Count(property) >= 2 * Runs.Count;
}
