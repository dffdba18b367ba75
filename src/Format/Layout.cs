namespace Netshm.Format;

/// <summary>The numbers of the file format; docs/FileFormat.md is their source.</summary>
internal static class Layout
{
    public const int MasterPage = 0;
    public const int DescriptorPage = 1;

    /// <summary>Page sizes in bytes: the smallest that works, and the largest searched for.</summary>
    public const int MinPageSize = 64, MaxPageSize = 1 << 20;

    public const int DescriptorLengthInWords = 40;
    public const int MaxExtents = 16;

    public const int HashPageHeaderInWords = 4;
    public const int CellLengthInWords = 4;

    public const int ContentHeaderInWords = 6;
    public const int FollowUpHeaderInWords = 4;

    /// <summary>Cell pointers that are no page.</summary>
    public const int NeverUsed = 0, Unbound = -1;

    /// <summary>Whether a cell pointer is neither of the two, which are neighbours: one comparison tells.</summary>
    public static bool IsBound(int pointer) => unchecked((uint)(pointer - Unbound)) > NeverUsed - Unbound;

    public static int CellsPerPage(int wordsPerPage) => (wordsPerPage / CellLengthInWords) - 1;

    /// <summary>How many pages the descriptor takes: one, or more where pages are smaller than the original's.</summary>
    public static int DescriptorPages(int wordsPerPage) => CeilingOf(DescriptorLengthInWords, wordsPerPage);

    /// <summary>Where the first extent of every table begins: right after the descriptor.</summary>
    public static int FirstHashPage(int wordsPerPage) => DescriptorPage + DescriptorPages(wordsPerPage);

    /// <summary>How many pages a value takes; an empty one takes one, too.</summary>
    public static int ContentPages(int lengthInWords, int wordsPerPage)
    {
        int inFirst = wordsPerPage - ContentHeaderInWords;
        return lengthInWords <= inFirst
            ? 1
            : 1 + CeilingOf(lengthInWords - inFirst, wordsPerPage - FollowUpHeaderInWords);
    }

    public static int CeilingOf(int dividend, int divisor) => (int)(((long)dividend + divisor - 1) / divisor);
}
