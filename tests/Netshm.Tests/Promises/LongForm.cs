using System.Globalization;

namespace Netshm.Tests.Promises;

/// <summary>How many rounds a test of a promise runs: a few, or as many as an environment variable says.</summary>
/// <remarks>CONTRIBUTING.md lists the variables with the numbers that the promises are stated for.</remarks>
internal static class LongForm
{
    public static int Rounds(string variable, int shortForm) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : shortForm;
}
