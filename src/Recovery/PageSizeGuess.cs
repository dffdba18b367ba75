namespace Netshm.Recovery;

/// <summary>Finds the page size of a damaged table: pages begin with marks at equal distances.</summary>
internal static class PageSizeGuess
{
    /// <summary>
    /// The most frequent distance between neighbouring marks, in bytes, unless the descriptor's own size fits the marks as
    /// well: a descriptor that was put in another place tells another size.
    /// </summary>
    /// <param name="file">The table's memory.</param>
    /// <param name="told">The page size that the descriptor tells, or null when there is no sound one.</param>
    /// <param name="name">The table, for messages.</param>
    /// <returns>Null when there are too few marks to tell.</returns>
    public static int? Of(SharedDescriptor file, int? told, string name)
    {
        using var units = new MappedPages(file, writable: false, Layout.MinPageSize, name);
        units.MapWhatIsThere();
        int? guess = MostFrequentDistance(units);
        return told is { } size && (guess is null || MarksAt(units, size) >= MarksAt(units, guess.Value)) ? size : guess;
    }

    private static int? MostFrequentDistance(MappedPages units)
    {
        var counts = new Dictionary<long, int>();
        long previous = -1;
        foreach (long position in Marks(units))
        {
            long distance = position - previous;
            if (previous >= 0 && distance is >= Layout.MinPageSize and <= Layout.MaxPageSize)
                counts[distance] = counts.GetValueOrDefault(distance) + 1;
            previous = position;
        }

        return counts.Count > 0 ? (int)counts.MaxBy(count => count.Value).Key : null;
    }

    /// <summary>How many marks are at the beginnings of pages, if they have this size.</summary>
    private static int MarksAt(MappedPages units, int pageSize) =>
        Marks(units).Count(position => position % pageSize == 0);

    /// <summary>Where the marks of content and of free pages are, in bytes from the beginning.</summary>
    private static IEnumerable<long> Marks(MappedPages units)
    {
        for (int unit = 0; unit < units.MappedPageCount; unit++)
        {
            int wordsPerUnit = units.Page(unit).Length;
            for (int word = 0; word < wordsPerUnit; word++)
            {
                if (units.Page(unit)[word] is ContentView.Magic or FollowUpView.Magic or FreePageView.Magic)
                    yield return (((long)unit * wordsPerUnit) + word) * sizeof(int);
            }
        }
    }
}
