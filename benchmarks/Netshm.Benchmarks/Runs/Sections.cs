namespace Netshm.Benchmarks.Runs;

/// <summary>The parts of the report, by the name that the command line and the figures' file have for them.</summary>
internal static class Sections
{
    /// <summary>Single operations.</summary>
    public const string Core = "core";

    /// <summary>The mixes of YCSB.</summary>
    public const string Ycsb = "ycsb";

    /// <summary>Several processes and threads.</summary>
    public const string Parallel = "parallel";

    /// <summary>Values of different lengths.</summary>
    public const string Sizes = "sizes";

    /// <summary>Different numbers of bindings.</summary>
    public const string Counts = "counts";

    /// <summary>Adding to an empty table.</summary>
    public const string Growth = "growth";

    /// <summary>Bytes for each binding.</summary>
    public const string Memory = "memory";

    /// <summary>Opening, and the death of a process.</summary>
    public const string Pauses = "pauses";

    /// <summary>Table actors.</summary>
    public const string Actors = "actors";

    /// <summary>BenchmarkDotNet.</summary>
    public const string Micro = "micro";

    /// <summary>Those that can be asked for; the first three share their tables, and memory is measured with all.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Core, Ycsb, Parallel, Sizes, Counts, Growth, Pauses, Actors, Micro];
}
