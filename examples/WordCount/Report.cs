using Spectre.Console;

namespace WordCount;

/// <summary>Prints what came out.</summary>
internal static class Report
{
    private const int MaxDifferencesShown = 10;

    /// <summary>The most frequent words; words of equal count by their letters.</summary>
    public static void PrintTop(IAnsiConsole console, IReadOnlyList<KeyValuePair<string, int>> counts, int top)
    {
        Table table = NewTable(console).AddColumn("word").AddColumn(new TableColumn("count").RightAligned());
        foreach ((string word, int count) in counts
            .OrderByDescending(binding => binding.Value)
            .ThenBy(binding => binding.Key, StringComparer.Ordinal)
            .Take(top))
        {
            table.AddRow(Markup.Escape(word), $"{count:N0}");
        }

        console.Write(table);
    }

    /// <summary>How fast the shared counts, through table actors and directly, and the single one were.</summary>
    public static void PrintThroughput(
        IAnsiConsole console, Options options, CountingResult actors, CountingResult direct, CountingResult single)
    {
        Table table = NewTable(console).AddColumn("counted by");
        foreach (string title in new[] { "words", "seconds", "words/s" })
            table.AddColumn(new TableColumn(title).RightAligned());
        AddRow($"{options.Processes} processes, table actors", actors);
        AddRow($"{options.Processes} processes, table alone", direct);
        AddRow("one process, dictionary", single);
        console.Write(table);

        void AddRow(string name, CountingResult result) => table.AddRow(
            name, $"{result.Words:N0}", $"{result.Elapsed.TotalSeconds:N2}", $"{result.WordsPerSecond:N0}");
    }

    /// <summary>Whether the counts are right; the first differences go to standard error.</summary>
    public static void PrintVerdict(int distinctWords, IReadOnlyList<string> differences)
    {
        if (differences.Count == 0)
        {
            Console.WriteLine($"{distinctWords:N0} distinct words; the counts of both are equal.");
            return;
        }

        Console.Error.WriteLine($"Words whose counts differ: {differences.Count:N0}");
        foreach (string difference in differences.Take(MaxDifferencesShown))
            Console.Error.WriteLine("  " + difference);
        if (differences.Count > MaxDifferencesShown)
            Console.Error.WriteLine($"  and {differences.Count - MaxDifferencesShown:N0} more");
    }

    private static Table NewTable(IAnsiConsole console) =>
        new Table().Border(console.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.Ascii2);
}
