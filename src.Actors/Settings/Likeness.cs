namespace Netshm.Actors.Settings;

/// <summary>Finds what was probably meant by a misspelled word.</summary>
internal static class Likeness
{
    /// <summary>The word that takes the fewest insertions, deletions and replacements of characters.</summary>
    public static string ClosestTo(string word, IEnumerable<string> words) =>
        words.MinBy(other => Distance(word, other)) ?? "";

    /// <summary>The distance of Levenshtein, row by row.</summary>
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
