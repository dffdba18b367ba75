using System.Text;

namespace Netshm;

/// <summary>What <see cref="ShmTable.Check()"/> found.</summary>
public sealed class TableReport
{
    internal TableReport(
        string name,
        IReadOnlyList<TableViolation> violations,
        int bindings,
        int keys,
        int totalPages,
        int freePages,
        int maxProbes,
        bool isFlooded,
        bool isAtItsName)
    {
        Name = name;
        Violations = violations;
        Bindings = bindings;
        Keys = keys;
        TotalPages = totalPages;
        FreePages = freePages;
        MaxProbes = maxProbes;
        Notes = [.. NotesOn(isFlooded, maxProbes, isAtItsName)];
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>Whether no violation was found.</summary>
    public bool IsConsistent => Violations.Count == 0;

    /// <summary>What breaks the format; the check ends when it has found 100.</summary>
    public IReadOnlyList<TableViolation> Violations { get; }

    /// <summary>How many sound bindings were found.</summary>
    public int Bindings { get; }

    /// <summary>How many keys are bound.</summary>
    public int Keys { get; }

    /// <summary>How many pages the table has.</summary>
    public int TotalPages { get; }

    /// <summary>How many pages are in the free list.</summary>
    public int FreePages { get; }

    /// <summary>How many cells the longest search for a bound key looks at.</summary>
    public int MaxProbes { get; }

    /// <summary>
    /// What does not break the format, and should be known: keys that fall together (see
    /// <see cref="TableStatistics.IsFlooded"/>), and that the table's name leads elsewhere by now.
    /// </summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The counts in a line, then a line for each violation and each note.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(null, $"{Name}: {Bindings} bindings of {Keys} keys in {TotalPages} pages, {FreePages} free; ");
        text.Append(null, $"{(IsConsistent ? "consistent" : $"{Violations.Count} violations")}");
        foreach (TableViolation violation in Violations)
            text.Append('\n').Append(violation);
        foreach (string note in Notes)
            text.Append("\nnote: ").Append(note);
        return text.ToString();
    }

    private static IEnumerable<string> NotesOn(bool isFlooded, int maxProbes, bool isAtItsName)
    {
        if (isFlooded)
        {
            yield return string.Create(
                null, $"a search looks at up to {maxProbes} cells: keys fall together by more than chance; ") +
                "DataManagers.Scrambled scatters them";
        }

        if (!isAtItsName)
        {
            yield return "the table's file was removed from its name, or another one was put there: whoever opens the name " +
                "from now on gets another table, and this one goes when its last user closes it";
        }
    }
}

/// <summary>One violation of the format.</summary>
/// <param name="Page">The page where it is.</param>
/// <param name="Word">The word in the page, or null when it is the page as a whole.</param>
/// <param name="Problem">What was found and what was expected.</param>
public sealed record TableViolation(int Page, int? Word, string Problem)
{
    /// <summary>The violation in a line.</summary>
    public override string ToString() => Word is { } word
        ? FormattableString.Invariant($"page {Page}, word {word}: {Problem}")
        : FormattableString.Invariant($"page {Page}: {Problem}");
}
