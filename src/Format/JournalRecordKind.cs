namespace Netshm.Format;

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
