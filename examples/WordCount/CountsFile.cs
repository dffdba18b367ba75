namespace WordCount;

/// <summary>The file with all counts.</summary>
internal static class CountsFile
{
    /// <summary>Writes each count as <c>count word</c>, sorted by the words' bytes.</summary>
    /// <exception cref="InputException">The file can't be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, int>> counts)
    {
        try
        {
            File.WriteAllLines(
                path,
                counts.OrderBy(binding => binding.Key, StringComparer.Ordinal)
                    .Select(binding => $"{binding.Value} {binding.Key}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: can't be written: {e.Message}", e);
        }
    }
}
