using System.Globalization;

namespace Netshm.Exploration;

/// <summary>What is kept of a script's trace.</summary>
/// <param name="Seed">The script's seed.</param>
/// <param name="Stores">How many stores it makes.</param>
/// <param name="Hash">The hash of the trace's lines.</param>
internal sealed record GoldenTrace(int Seed, long Stores, string Hash)
{
    /// <summary>Why the script failed; null when it did not.</summary>
    public Exception? Failure { get; init; }

    public static GoldenTrace Parse(string line)
    {
        string[] parts = line.Split(' ');
        return new GoldenTrace(
            int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Seed} {Stores} {Hash}{(Failure is null ? "" : $" {Failure.GetType().Name}: {Failure.Message}")}");
}

/// <summary>The file with the golden traces, where it lies in the sources.</summary>
internal static class GoldenFile
{
    private const string WriteVariable = "NETSHM_GOLDEN_WRITE", SeedVariable = "NETSHM_GOLDEN_SEED";

    /// <summary>Whether the traces that are found become the golden ones.</summary>
    public static bool IsToBeWritten { get; } = Environment.GetEnvironmentVariable(WriteVariable) is not null;

    /// <summary>The script whose trace is to be read.</summary>
    public static int SeedToRead { get; } =
        int.Parse(Environment.GetEnvironmentVariable(SeedVariable) ?? "1", CultureInfo.InvariantCulture);

    public static Dictionary<int, GoldenTrace> Read() =>
        File.Exists(PathInSources()) ? File.ReadLines(PathInSources()).Select(GoldenTrace.Parse).ToDictionary(trace => trace.Seed) : [];

    /// <summary>Puts traces in the place of those of their seeds.</summary>
    public static void Write(IEnumerable<GoldenTrace> traces)
    {
        Dictionary<int, GoldenTrace> all = Read();
        foreach (GoldenTrace trace in traces)
            all[trace.Seed] = trace;
        File.WriteAllLines(PathInSources(), all.Values.OrderBy(trace => trace.Seed).Select(trace => trace.ToString()));
    }

    private static string PathInSources([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "traces.txt");
}
