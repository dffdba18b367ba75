using System.Text;

namespace WordCount;

/// <summary>
/// Splits text into words: maximal runs of the ASCII letters, in lower case. Every other byte separates, so the words
/// are those of <c>LC_ALL=C grep -ahoE '[A-Za-z]+' | tr A-Z a-z</c>, whatever the encoding.
/// </summary>
internal static class Tokenizer
{
    private const int BufferSizeInBytes = 64 * 1024;

    public static bool IsLetter(byte value) => char.IsAsciiLetter((char)value);

    /// <summary>The words of a whole file.</summary>
    public static IEnumerable<string> Words(string file) => Words(new Chunk(file, 0, long.MaxValue));

    /// <summary>The words of a part of a file, or up to the file's end when that comes first.</summary>
    public static IEnumerable<string> Words(Chunk chunk)
    {
        using FileStream stream = File.OpenRead(chunk.Path);
        stream.Position = chunk.Start;
        byte[] buffer = new byte[BufferSizeInBytes];
        var word = new StringBuilder();
        long remaining = chunk.Length;
        while (stream.Read(buffer, 0, (int)Math.Min(remaining, buffer.Length)) is var count and > 0)
        {
            remaining -= count;
            for (int i = 0; i < count; i++)
            {
                if (IsLetter(buffer[i]))
                {
                    word.Append(char.ToLowerInvariant((char)buffer[i]));
                }
                else if (word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }
            }
        }

        if (word.Length > 0)
            yield return word.ToString();
    }
}
