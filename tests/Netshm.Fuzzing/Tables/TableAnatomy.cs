namespace Netshm.Fuzzing.Tables;

/// <summary>What a page of a table is.</summary>
internal enum PageKind
{
    Hash,
    First,
    FollowUp,
    Free,
}

/// <summary>What a word of a table is; docs/FileFormat.md has them all.</summary>
internal enum WordKind
{
    Mark,
    DescriptorPage,
    CreationMark,
    SidecarNumber,
    WriteMark,
    LockingWord,
    Generation,
    KeptWord,
    Stamp,
    DescriptorMagic,
    TotalPages,
    Cells,
    UsedCells,
    Bindings,
    FreeHead,
    FreePages,
    RehashPhase,
    ExtentPage,
    ExtentLength,
    UnusedExtent,
    CellKey,
    CellPointer,
    SpareKey,
    SparePointer,
    Magic,
    Key,
    NextPage,
    OlderBinding,
    ValuePosition,
    ValueLength,
    Sequence,
    NextFree,
    Content,
}

/// <summary>Where a sound table has words and pages of each kind.</summary>
internal sealed class TableAnatomy
{
    private const int FirstMagic = 0x12DE9F67, FollowUpMagic = unchecked((int)0xDE9F6712),
        FreeMagic = unchecked((int)0xF3EEF3EE);

    private const int MaxExtents = 16, ExtentsWord = 8, DescriptorLengthInWords = ExtentsWord + (2 * MaxExtents);
    private const int HashHeaderInWords = 4, FirstHeaderInWords = 6, FollowUpHeaderInWords = 4;

    private static readonly WordKind[] s_master =
    [
        WordKind.Mark, WordKind.Mark, WordKind.Mark, WordKind.Mark, WordKind.DescriptorPage, WordKind.CreationMark,
        WordKind.SidecarNumber, WordKind.SidecarNumber, WordKind.WriteMark, WordKind.LockingWord, WordKind.Generation,
        WordKind.KeptWord, WordKind.Stamp,
    ];

    private static readonly WordKind[] s_descriptor =
    [
        WordKind.DescriptorMagic, WordKind.TotalPages, WordKind.Cells, WordKind.UsedCells, WordKind.Bindings,
        WordKind.FreeHead, WordKind.FreePages, WordKind.RehashPhase,
    ];

    private static readonly WordKind[] s_cell =
        [WordKind.CellKey, WordKind.CellPointer, WordKind.SpareKey, WordKind.SparePointer];

    private static readonly WordKind[] s_first =
    [
        WordKind.Magic, WordKind.Key, WordKind.NextPage, WordKind.OlderBinding, WordKind.ValuePosition,
        WordKind.ValueLength,
    ];

    private static readonly WordKind[] s_followUp =
        [WordKind.Magic, WordKind.Key, WordKind.NextPage, WordKind.Sequence];

    private static readonly WordKind[] s_free = [WordKind.Magic, WordKind.NextFree];

    private readonly List<int>[] _words = [.. Enum.GetValues<WordKind>().Select(static _ => new List<int>())];
    private readonly List<int>[] _pages = [.. Enum.GetValues<PageKind>().Select(static _ => new List<int>())];

    public TableAnatomy(ReadOnlySpan<int> words, int wordsPerPage)
    {
        WordsPerPage = wordsPerPage;
        PageCount = words.Length / wordsPerPage;
        Add(s_master, 0);
        Add(s_descriptor, wordsPerPage);
        AddExtents(words[wordsPerPage..]);
        int firstPage = 1 + ((DescriptorLengthInWords + wordsPerPage - 1) / wordsPerPage);
        for (int page = firstPage; page < PageCount; page++)
        {
            if (!_pages[(int)PageKind.Hash].Contains(page))
                AddPage(page, words[page * wordsPerPage]);
        }
    }

    public int WordsPerPage { get; }

    public int PageCount { get; }

    /// <summary>Where the words of a kind are, from the start of the file.</summary>
    public IReadOnlyList<int> WordsOf(WordKind kind) => _words[(int)kind];

    /// <summary>Which pages are of a kind.</summary>
    public IReadOnlyList<int> PagesOf(PageKind kind) => _pages[(int)kind];

    private void AddExtents(ReadOnlySpan<int> descriptor)
    {
        for (int extent = 0; extent < MaxExtents; extent++)
        {
            int word = ExtentsWord + (2 * extent);
            bool isUsed = descriptor[word] != 0;
            Add(isUsed ? WordKind.ExtentPage : WordKind.UnusedExtent, WordsPerPage + word);
            Add(isUsed ? WordKind.ExtentLength : WordKind.UnusedExtent, WordsPerPage + word + 1);
            for (int i = 0; i < descriptor[word + 1]; i++)
                AddHashPage(descriptor[word] + i);
        }
    }

    private void AddHashPage(int page)
    {
        _pages[(int)PageKind.Hash].Add(page);
        int cellsPerPage = (WordsPerPage / s_cell.Length) - 1;
        for (int cell = 0; cell < cellsPerPage; cell++)
            Add(s_cell, (page * WordsPerPage) + HashHeaderInWords + (cell * s_cell.Length));
    }

    private void AddPage(int page, int magic)
    {
        (PageKind kind, WordKind[] header, int content) = magic switch
        {
            FirstMagic => (PageKind.First, s_first, FirstHeaderInWords),
            FollowUpMagic => (PageKind.FollowUp, s_followUp, FollowUpHeaderInWords),
            FreeMagic => (PageKind.Free, s_free, s_free.Length),
            _ => throw new InvalidDataException($"page {page} of the seed has the unknown mark {magic:x8}"),
        };
        _pages[(int)kind].Add(page);
        Add(header, page * WordsPerPage);
        Add(WordKind.Content, (page * WordsPerPage) + content);
    }

    private void Add(ReadOnlySpan<WordKind> kinds, int firstWord)
    {
        for (int i = 0; i < kinds.Length; i++)
            Add(kinds[i], firstWord + i);
    }

    private void Add(WordKind kind, int word) => _words[(int)kind].Add(word);
}
