using System.Diagnostics;

namespace Netshm.Benchmarks.Sharding;

/// <summary>A kind of work and how fast it was in each round.</summary>
/// <param name="name">What tables of results call it.</param>
/// <param name="work">Does so many operations.</param>
internal sealed class Series(string name, Action<int> work)
{
    private readonly List<double> _rates = [];

    public string Name { get; } = name;

    /// <summary>The median of the operations per second.</summary>
    public double Median
    {
        get
        {
            double[] sorted = [.. _rates.Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    public void MeasureOnce(int operations)
    {
        long start = Stopwatch.GetTimestamp();
        work(operations);
        _rates.Add(operations / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Forgets what was measured to warm up.</summary>
    public void Forget() => _rates.Clear();
}
