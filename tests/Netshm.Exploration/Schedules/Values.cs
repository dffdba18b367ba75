using System.Globalization;

namespace Netshm.Exploration;

/// <summary>Values that say which ones they are in each of their words, so that a torn one is found out.</summary>
internal static class Values
{
    private const int MaxLength = 1000;

    /// <summary>One page, just one page, two pages, several pages.</summary>
    private static readonly int[] s_lengths = [1, 10, 3, 15, 8, 40, 2];

    /// <summary>The value with a number.</summary>
    public static int[] Make(int number) => Scenario.Value(number, s_lengths[number % s_lengths.Length]);

    /// <summary>The number of a value.</summary>
    /// <exception cref="TornValueException">It is not whole.</exception>
    public static int NumberOf(ReadOnlySpan<int> value)
    {
        if (value.IsEmpty || value.ContainsAnyExcept(value[0]) || value[0] % MaxLength != value.Length)
            throw new TornValueException(TableDump.Format(value));
        return value[0] / MaxLength;
    }
}

/// <summary>A reader got a mixture of values.</summary>
internal sealed class TornValueException(string value)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"a value was read that nobody wrote: {value}"));
