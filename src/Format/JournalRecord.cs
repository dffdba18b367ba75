using System.Runtime.Intrinsics;

namespace Netshm.Format;

/// <summary>A record of an undo journal: four words, of which the first is the kind and says what the others are.</summary>
internal readonly record struct JournalRecord(JournalRecordKind Kind, int First, int Second, int Third)
{
    /// <summary>Whether it is about neighbouring pages: from the first one on, so many up or, if it is negative, down.</summary>
    public bool IsRun =>
        Kind is JournalRecordKind.FirstBoundPages or JournalRecordKind.FurtherBoundPages or JournalRecordKind.FreePages;

    /// <summary>How many pages a run restores.</summary>
    public long PagesInRun => IsRun ? Math.Abs((long)Second) : 0;

    /// <summary>Whether this library can take back what it is about.</summary>
    public bool IsKnown => Kind is >= JournalRecordKind.Word and <= JournalRecordKind.FreePages;

    /// <summary>A record as it is in the file.</summary>
    public static JournalRecord Of(Vector128<int> words) => new((JournalRecordKind)words[0], words[1], words[2], words[3]);
}

/// <summary>What a record of an undo journal is about.</summary>
internal enum JournalRecordKind
{
    /// <summary>A word of a page was overwritten: page, word, old value.</summary>
    Word = 1,
    /// <summary>The pointer of a key's cell was overwritten: key, old pointer, 0.</summary>
    Cell = 2,
    /// <summary>Pages were taken from the end of the table: first page, number of pages, 0.</summary>
    NewPages = 3,
    /// <summary>A binding's page and the first free one changed places: key, old page, next free page.</summary>
    Swap = 4,
    /// <summary>The first page of a binding became a free one: page, 1, key.</summary>
    FirstBoundPages = 5,
    /// <summary>Further pages of a binding became free ones: first page, number of pages, key.</summary>
    FurtherBoundPages = 6,
    /// <summary>Free pages became a binding's: first page, number of pages, the free page that the last one led to.</summary>
    FreePages = 7,
}
