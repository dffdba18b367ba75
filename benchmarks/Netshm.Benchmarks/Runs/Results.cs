using System.Collections.Concurrent;
using HdrHistogram;

namespace Netshm.Benchmarks.Runs;

/// <summary>What was measured.</summary>
/// <param name="Section">The part of the report.</param>
/// <param name="Peer">The peer's label.</param>
/// <param name="Operation">What it did.</param>
/// <param name="Keys">How keys were chosen; empty where there is nothing to choose.</param>
/// <param name="Bindings">How many bindings there were.</param>
/// <param name="Words">The length of their values.</param>
/// <param name="Parallel">How many processes or threads worked at the same time.</param>
/// <param name="Unit">The unit of the figures.</param>
internal sealed record Subject(
    string Section, string Peer, string Operation, string Keys, int Bindings, int Words, string Parallel, string Unit);

/// <summary>The figures of one subject.</summary>
internal sealed class Result(Subject subject)
{
    private const long LongestLatency = 1L << 40;
    private const int Digits = 3;
    private readonly List<double> _values = [];
    private LongHistogram? _latencies;

    /// <summary>What was measured.</summary>
    public Subject Subject { get; } = subject;

    /// <summary>The figures of the rounds, in order.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <summary>The median of all rounds.</summary>
    public double Median => MedianOf(_values);

    /// <summary>The lowest of all rounds.</summary>
    public double Lowest => _values.Min();

    /// <summary>The highest of all rounds.</summary>
    public double Highest => _values.Max();

    /// <summary>How many rounds there were.</summary>
    public int Rounds => _values.Count;

    /// <summary>Bytes on the managed heap for each operation, or null where that is not known.</summary>
    public double? AllocatedBytes { get; set; }

    /// <summary>The longest operation in nanoseconds, or null when single operations were not timed.</summary>
    public long? Longest { get; private set; }

    /// <summary>The median of some figures.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Takes the figure of a round.</summary>
    public void Note(double value) => _values.Add(value);

    /// <summary>Takes the nanoseconds of single operations.</summary>
    public void NoteLatencies(ReadOnlySpan<int> nanoseconds)
    {
        _latencies ??= new LongHistogram(LongestLatency, Digits);
        foreach (int one in nanoseconds)
        {
            _latencies.RecordValue(one);
            Longest = Math.Max(Longest ?? 0, one);
        }
    }

    /// <summary>A percentile of the nanoseconds of single operations, or null.</summary>
    public double? Percentile(double percent) => _latencies?.GetValueAtPercentile(percent);
}

/// <summary>All figures, in the order in which their subjects came up, and all that failed.</summary>
internal sealed class Results
{
    private readonly Dictionary<Subject, Result> _results = [];
    private readonly ConcurrentQueue<string> _failures = [];

    /// <summary>The figures.</summary>
    public IEnumerable<Result> All => _results.Values;

    /// <summary>Which peers could not be measured, and why.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>The figures of one subject, new ones if there are none.</summary>
    public Result Of(Subject subject)
    {
        if (!_results.TryGetValue(subject, out Result? result))
            _results.Add(subject, result = new Result(subject));
        return result;
    }

    /// <summary>The figures of a section.</summary>
    public IReadOnlyList<Result> In(string section) => [.. All.Where(result => result.Subject.Section == section)];

    /// <summary>
    /// Does something that may fail; then that is noted, and everything else goes on. Several threads may try something at once.
    /// </summary>
    /// <param name="what">The peer and what it was to do.</param>
    /// <param name="body">The work.</param>
    /// <returns>Whether it was done.</returns>
    public bool Attempt(string what, Action body)
    {
        try
        {
            body();
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            string failure = $"{what}: {WithoutTrace(e.Message)}";
            _failures.Enqueue(failure);
            Console.Error.WriteLine($"FAILED {failure}");
            return false;
        }
    }

    /// <summary>The message of a process that has ended has all that it wrote: where it was in its code is left out.</summary>
    private static string WithoutTrace(string message) => string.Join(' ', message.Split('\n', StringSplitOptions.TrimEntries)
        .Where(line => !line.StartsWith("at ", StringComparison.Ordinal)));
}
