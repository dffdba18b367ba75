using Netshm.Tool.CommandLine;

namespace Netshm.Tool.Tables;

/// <summary>Finds the page size of a table whose descriptor is lost: pages begin with marks at equal distances.</summary>
internal static class PageSizeGuess
{
    /// <summary>The most frequent distance between neighbouring marks, in bytes.</summary>
    /// <exception cref="UsageException">There are too few marks to tell.</exception>
    public static int Of(SharedMemoryObject memory)
    {
        using var units = new MappedPages(memory.Memory, writable: false, Layout.MinPageSize, memory.Name.ToString());
        units.EnsureMapped((int)Math.Min(int.MaxValue, memory.Length / Layout.MinPageSize));
        var counts = new Dictionary<long, int>();
        long previous = -1;
        for (int unit = 0; unit < units.MappedPageCount; unit++)
        {
            Span<int> words = units.Page(unit);
            for (int word = 0; word < words.Length; word++)
            {
                if (words[word] is not (ContentView.Magic or FollowUpView.Magic or FreePageView.Magic))
                    continue;
                long position = (((long)unit * words.Length) + word) * sizeof(int);
                long distance = position - previous;
                if (previous >= 0 && distance is >= Layout.MinPageSize and <= Layout.MaxPageSize)
                    counts[distance] = counts.GetValueOrDefault(distance) + 1;
                previous = position;
            }
        }

        return counts.Count > 0
            ? (int)counts.MaxBy(count => count.Value).Key
            : throw new UsageException($"{memory.Name}: the page size can't be found any more; state it with --page-size");
    }
}
