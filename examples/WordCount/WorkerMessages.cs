using System.Globalization;

namespace WordCount;

/// <summary>
/// The lines between the program and a worker. The program writes chunks (<see cref="Chunk.ToLine"/>) and ends the
/// worker by closing the pipe. The worker writes <see cref="Ready"/> once, then <see cref="Done"/> for each chunk.
/// </summary>
internal static class WorkerMessages
{
    /// <summary>The program's first argument that makes it a worker.</summary>
    public const string Command = "worker";

    /// <summary>The worker's last argument: it counts through a table actor, or in the table directly.</summary>
    public const string ThroughActor = "actor", Directly = "direct";

    public const string Ready = "ready";
    private const string DonePrefix = "done ";

    /// <summary>Says that the chunk is counted in the table, and how many words it had.</summary>
    public static string Done(long words) => DonePrefix + words.ToString(CultureInfo.InvariantCulture);

    public static bool TryParseDone(string line, out long words)
    {
        words = 0;
        return line.StartsWith(DonePrefix, StringComparison.Ordinal)
            && long.TryParse(
                line.AsSpan(DonePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out words);
    }
}
