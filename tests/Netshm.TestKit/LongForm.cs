using System.Globalization;

namespace Netshm.TestKit;

/// <summary>How many rounds a test of a promise runs: a few, or as many as an environment variable says.</summary>
/// <remarks>CONTRIBUTING.md lists the variables with the numbers that the promises are stated for.</remarks>
public static class LongForm
{
    /// <summary>The number in the variable, or the short form where it is not set.</summary>
    public static int Rounds(string variable, int shortForm) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : shortForm;
}
