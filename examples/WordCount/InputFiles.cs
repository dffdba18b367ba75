namespace WordCount;

/// <summary>Finds the files to count and cuts them into chunks.</summary>
internal static class InputFiles
{
    private static readonly string _defaultTexts = Path.Combine(AppContext.BaseDirectory, "texts");

    /// <summary>The files that the paths stand for, in the order of the paths, by name within a directory.</summary>
    /// <exception cref="InputException">A path doesn't exist or can't be read, or a directory has no text.</exception>
    public static IReadOnlyList<string> Find(IReadOnlyList<string> paths) =>
        [.. (paths.Count == 0 ? [_defaultTexts] : paths).SelectMany(path => Read(path, Expand))];

    /// <summary>Cuts each file into chunks of the given length, each prolonged to the end of its last word.</summary>
    /// <exception cref="InputException">A file can't be read.</exception>
    public static IReadOnlyList<Chunk> Cut(IReadOnlyList<string> files, int lengthInBytes) =>
        [.. files.SelectMany(file => Read(file, path => Cut(path, lengthInBytes)))];

    private static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: can't be read: {e.Message}", e);
        }
    }

    private static string[] Expand(string path)
    {
        if (File.Exists(path))
            return [Path.GetFullPath(path)];
        if (!Directory.Exists(path))
            throw new InputException($"{path}: no such file or directory");
        string[] texts = Directory.GetFiles(Path.GetFullPath(path), "*.txt", SearchOption.AllDirectories);
        if (texts.Length == 0)
            throw new InputException($"{path}: the directory has no *.txt file");
        Array.Sort(texts, StringComparer.Ordinal);
        return texts;
    }

    private static List<Chunk> Cut(string file, int lengthInBytes)
    {
        using FileStream stream = File.OpenRead(file);
        if (!stream.CanSeek)
            throw new InputException($"{file}: is a pipe or a device; expected a regular file");
        var chunks = new List<Chunk>();
        long start = 0;
        while (start < stream.Length)
        {
            long end = EndOfWord(stream, start + lengthInBytes);
            chunks.Add(new Chunk(file, start, end - start));
            start = end;
        }

        return chunks;
    }

    private static long EndOfWord(FileStream stream, long cut)
    {
        if (cut >= stream.Length)
            return stream.Length;
        stream.Position = cut;
        while (stream.ReadByte() is var next and >= 0 && Tokenizer.IsLetter((byte)next))
            cut++;
        return cut;
    }
}
