namespace Netshm;

/// <summary>A table's raw words, for looking inside.</summary>
/// <remarks>Each access locks the table; words are laid out as docs/FileFormat.md tells.</remarks>
public sealed class TableMemory
{
    private readonly ShmTable _table;

    internal TableMemory(ShmTable table) => _table = table;

    /// <summary>The number of pages that can be looked at; the table may use fewer.</summary>
    /// <exception cref="ObjectDisposedException">The table was disposed of.</exception>
    public int PageCount => _table.CountRawPages();

    /// <summary>The length of a page in words.</summary>
    public int WordsPerPage => _table.Storage.Pages.WordsPerPage;

    /// <summary>One word. Setting it writes into the table without any check: it can destroy it.</summary>
    /// <param name="page">The page, from 0.</param>
    /// <param name="word">The word in the page, from 0.</param>
    /// <exception cref="CorruptFileException">There is no such page.</exception>
    /// <exception cref="IndexOutOfRangeException">There is no such word.</exception>
    public int this[int page, int word]
    {
        get => _table.ReadRaw(page, word);
        set => _table.WriteRaw(page, word, value);
    }
}
