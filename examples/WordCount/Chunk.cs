using System.Globalization;

namespace WordCount;

/// <summary>A part of a file that begins and ends between words.</summary>
/// <param name="Path">The file.</param>
/// <param name="Start">Where the part begins, in bytes.</param>
/// <param name="Length">How long it is, in bytes.</param>
internal sealed record Chunk(string Path, long Start, long Length)
{
    /// <summary>The chunk as one line of text, whatever characters the path has.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Start} {Length} {Uri.EscapeDataString(Path)}");

    /// <summary>Reads what <see cref="ToLine"/> wrote.</summary>
    /// <exception cref="FormatException">The line is something else.</exception>
    public static Chunk Parse(string line) =>
        line.Split(' ') is [var start, var length, var path]
            ? new Chunk(
                Uri.UnescapeDataString(path),
                long.Parse(start, CultureInfo.InvariantCulture),
                long.Parse(length, CultureInfo.InvariantCulture))
            : throw new FormatException($"'{line}' is not a chunk; expected 'start length path'");
}
