namespace WordCount;

/// <summary>Compares the counts of the shared table with those of the single process.</summary>
internal static class Comparison
{
    /// <summary>One sentence for each word whose count differs, in the order of the words.</summary>
    public static IReadOnlyList<string> Differences(
        IReadOnlyList<KeyValuePair<string, int>> found, IReadOnlyDictionary<string, int> expected)
    {
        var foundByWord = found.ToLookup(binding => binding.Key, binding => binding.Value);
        return
        [
            .. foundByWord.Select(group => group.Key).Union(expected.Keys)
                .Where(word => !foundByWord[word].SequenceEqual(Expected(word)))
                .Order(StringComparer.Ordinal)
                .Select(word => $"'{word}': {Text(foundByWord[word])} in the table, {Text(Expected(word))} expected"),
        ];

        IEnumerable<int> Expected(string word) => expected.TryGetValue(word, out int count) ? [count] : [];
    }

    // A table can hold several bindings of a key; here that is a mistake, which the text shows.
    private static string Text(IEnumerable<int> counts) => counts.Any() ? string.Join(" and ", counts) : "none";
}
