using System.Globalization;

namespace Netshm.Tests.Promises;

/// <summary>Times that were measured, and their distribution.</summary>
internal sealed class Durations
{
    private readonly List<TimeSpan> _durations = [];

    public void Add(TimeSpan duration) => _durations.Add(duration);

    /// <summary>The time that so many hundredths of the measured ones do not exceed.</summary>
    public TimeSpan Percentile(int hundredths)
    {
        _durations.Sort();
        return _durations[(int)Math.Ceiling((_durations.Count * hundredths / 100.0) - 1)];
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_durations.Count} times: median {Percentile(50).TotalMilliseconds:F1} ms, " +
        $"99th percentile {Percentile(99).TotalMilliseconds:F1} ms, worst {Percentile(100).TotalMilliseconds:F1} ms");
}
