using System.Globalization;

namespace Netshm.Exploration;

/// <summary>How much is explored: a little by default, as much as the environment variable says in the long form.</summary>
internal static class Effort
{
    private const string Variable = "NETSHM_SCHEDULES";
    private const int ShortForm = 3000;

    /// <summary>How many schedules to run.</summary>
    public static int Schedules { get; } = Environment.GetEnvironmentVariable(Variable) is { } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : ShortForm;

    /// <summary>A number of samples that is right for the short form, scaled.</summary>
    public static int Scale(int samples) => Math.Max(1, (int)((long)samples * Schedules / ShortForm));
}
