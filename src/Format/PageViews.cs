namespace Netshm.Format;

/// <summary>Names for the words of the master page.</summary>
/// <remarks>All views lie over shared memory: every read may yield anything, and is checked by who uses it.</remarks>
internal readonly ref struct MasterView(Span<int> words)
{
    public const int LengthInWords = 13;

    /// <summary>The mark of a file whose creation is under way.</summary>
    public const int CreationMark = 0x6372_6561;

    private static ReadOnlySpan<int> Magic =>
        [unchecked((int)0xde871209), unchecked((int)0xde881209), unchecked((int)0xde871309), unchecked((int)0xde87120a)];

    private readonly Span<int> _words = words;

    public bool HasMagic => _words[..4].SequenceEqual(Magic);

    public bool HasNoMagic => !_words[..4].ContainsAnyExcept(0);

    /// <summary>Whether each word of the magic is there or 0, as one who dies while storing or clearing it leaves it.</summary>
    public bool HasPartOfMagic
    {
        get
        {
            for (int i = 0; i < Magic.Length; i++)
            {
                if (_words[i] != 0 && _words[i] != Magic[i])
                    return false;
            }

            return true;
        }
    }

    /// <summary>The page number of the descriptor, commented as a version by the original.</summary>
    public int DescriptorPage { get => _words[4]; set => SharedWord.Store(ref _words[4], value); }

    /// <summary>A word the original leaves 0; not 0 while this library creates the table.</summary>
    public int Creation { get => _words[5]; set => SharedWord.Store(ref _words[5], value); }

    /// <summary>The table's number, which its sidecar has, too; 0 when it never had one.</summary>
    public long TableId
    {
        get => ((long)_words[7] << 32) | (uint)_words[6];
        set
        {
            SharedWord.Store(ref _words[6], (int)value);
            SharedWord.Store(ref _words[7], (int)(value >> 32));
        }
    }

    /// <summary>A word the original leaves alone; not 0 while this library modifies the table under record locks.</summary>
    public int Writing { get => _words[8]; set => SharedWord.Store(ref _words[8], value); }

    /// <summary>How processes are kept apart: the method and the layout's version; 0 in the original's tables.</summary>
    public int Locking { get => _words[9]; set => SharedWord.Store(ref _words[9], value); }

    /// <summary>How often the table got its sidecar's whole attention; the sidecar says the same, or is of another time.</summary>
    public int Generation { get => _words[10]; set => SharedWord.Store(ref _words[10], value); }

    /// <summary>The number of the last undo scope that was stamped, times two; odd while a transaction is under way.</summary>
    public int Stamp { get => _words[12]; set => SharedWord.Store(ref _words[12], value); }

    /// <summary>What is wrong with a complete table's; null when nothing is.</summary>
    public BadWord? Validate() =>
        !HasMagic ? new BadWord(0, "the marks of a table are missing")
        : DescriptorPage != Layout.DescriptorPage
            ? new BadWord(4, $"the descriptor is said to be page {DescriptorPage}; expected page {Layout.DescriptorPage}")
        : null;

    public void ClearMagic()
    {
        for (int i = 0; i < Magic.Length; i++)
            SharedWord.Store(ref _words[i], 0);
    }

    public void WriteMagic()
    {
        for (int i = Magic.Length - 1; i >= 0; i--)
            SharedWord.Store(ref _words[i], Magic[i]);
    }
}

/// <summary>Names for the words of the descriptor page.</summary>
internal readonly ref struct DescriptorView(Span<int> words)
{
    public const int Magic = 0x6712DE9F;

    /// <summary>Stands in the place of <see cref="Magic"/> while the table is locked in a way the original does not know.</summary>
    public const int FutexMagic = 0x6712DE46;

    public const int TotalPagesWord = 1, CellsWord = 2, UsedCellsWord = 3, BindingsWord = 4, FreeHeadWord = 5,
        FreePagesWord = 6, RehashPhaseWord = 7, ExtentsWord = 8;

    private readonly Span<int> _words = words;

    public int FoundMagic => _words[0];

    public bool HasMagic => FoundMagic is Magic or FutexMagic;

    /// <summary>How many pages belong to the table; the file may be longer.</summary>
    public int TotalPages { get => _words[TotalPagesWord]; set => SharedWord.Store(ref _words[TotalPagesWord], value); }

    /// <summary>S: how many cells the hash table has.</summary>
    public int Cells { get => _words[CellsWord]; set => SharedWord.Store(ref _words[CellsWord], value); }

    /// <summary>Cells claimed since the last rehash, unbound ones included. The original may count too many.</summary>
    public int UsedCells { get => _words[UsedCellsWord]; set => SharedWord.Store(ref _words[UsedCellsWord], value); }

    public int Bindings { get => _words[BindingsWord]; set => SharedWord.Store(ref _words[BindingsWord], value); }

    /// <summary>The first free page, or 0.</summary>
    public int FreeHead { get => _words[FreeHeadWord]; set => SharedWord.Store(ref _words[FreeHeadWord], value); }

    /// <summary>How many pages the free list has; never more, since the original relies on finding them.</summary>
    public int FreePages { get => _words[FreePagesWord]; set => SharedWord.Store(ref _words[FreePagesWord], value); }

    /// <summary>How far a rehash of this library got, in a word the original does not use.</summary>
    public RehashPhase RehashPhase
    {
        get => (RehashPhase)_words[RehashPhaseWord];
        set => SharedWord.Store(ref _words[RehashPhaseWord], (int)value);
    }

    /// <summary>Where searches find the cells now.</summary>
    public CellSide CellSide => RehashPhase == RehashPhase.Copying ? CellSide.Spare : CellSide.Main;

    /// <summary>How many extents are in use.</summary>
    public int ExtentCount
    {
        get
        {
            int extent = 0;
            while (extent < Layout.MaxExtents && ExtentFirstPage(extent) > 0 && ExtentPages(extent) > 0)
                extent++;
            return extent;
        }
    }

    public int ExtentFirstPage(int extent) => _words[ExtentsWord + (2 * extent)];

    public int ExtentPages(int extent) => _words[ExtentsWord + (2 * extent) + 1];

    /// <summary>First page and number of pages of all possible extents.</summary>
    public ReadOnlySpan<int> Extents => _words[ExtentsWord..(ExtentsWord + (2 * Layout.MaxExtents))];

    /// <summary>Adds or clears an extent: it counts when both words are other than 0.</summary>
    public void SetExtent(int extent, int firstPage, int pages)
    {
        SharedWord.Store(ref _words[ExtentsWord + (2 * extent)], firstPage);
        SharedWord.Store(ref _words[ExtentsWord + (2 * extent) + 1], pages);
    }

    /// <summary>Takes back the first of the two stores of <see cref="SetExtent"/>, after which a process died.</summary>
    public void ClearHalfSetExtent()
    {
        int extent = ExtentCount;
        if (extent < Layout.MaxExtents)
            SetExtent(extent, 0, 0);
    }

    /// <summary>Whether an extent begins with this page.</summary>
    public bool IsExtent(int firstPage)
    {
        for (int extent = 0; extent < Layout.MaxExtents && ExtentPages(extent) != 0; extent++)
        {
            if (ExtentFirstPage(extent) == firstPage)
                return true;
        }

        return false;
    }

    /// <summary>What is wrong with the numbers by themselves; null when nothing is. Between two modifications it is null.</summary>
    /// <remarks>The counts that the original leaves too high, or too low when it dies, may be so.</remarks>
    public BadWord? Validate(int wordsPerPage)
    {
        int pages = TotalPages, least = Layout.FirstHashPage(wordsPerPage) + 1;
        return !HasMagic ? new BadWord(0, "the page has not the mark of a descriptor")
            : pages < least ? new BadWord(TotalPagesWord, $"{pages} pages found; at least {least} expected")
            : Cells <= 0 ? new BadWord(CellsWord, $"{Cells} cells found")
            : (uint)FreeHead >= (uint)pages ? new BadWord(FreeHeadWord, $"page {FreeHead} is free; the table has {pages}")
            : RehashPhase is < RehashPhase.None or > RehashPhase.Clearing
                ? new BadWord(RehashPhaseWord, $"{(int)RehashPhase} is no phase of a rehash")
            : null;
    }

    public void WriteMagic(int magic) => SharedWord.Store(ref _words[0], magic);
}

/// <summary>How far a rehash got.</summary>
internal enum RehashPhase
{
    /// <summary>None is under way.</summary>
    None = 0,
    /// <summary>The new table is being laid out in the spare words; the cells are as before.</summary>
    Filling = 1,
    /// <summary>The spare words hold the whole new table, and are being copied over the cells.</summary>
    Copying = 2,
    /// <summary>The cells are complete; the spare words are being cleared.</summary>
    Clearing = 3,
}

/// <summary>Which two of the four words of a cell are meant; the value is the number of words before them.</summary>
internal enum CellSide
{
    /// <summary>The cell proper.</summary>
    Main = 0,
    /// <summary>The spare words, in which the hash table is laid out anew.</summary>
    Spare = 2,
}

/// <summary>Names for the two words of one side of a cell of the hash table.</summary>
internal readonly ref struct CellView(Span<int> words)
{
    public const int LengthInWords = 2;

    private readonly Span<int> _words = words;

    public int Key { get => _words[0]; set => SharedWord.Store(ref _words[0], value); }

    /// <summary>The first page of the newest binding, <see cref="Layout.Unbound"/> or <see cref="Layout.NeverUsed"/>.</summary>
    public int Pointer { get => _words[1]; set => SharedWord.Store(ref _words[1], value); }

    public bool IsBound => Layout.IsBound(Pointer);

    /// <summary>What is wrong with it in a table of so many pages; null when nothing is.</summary>
    public BadWord? Validate(int totalPages)
    {
        int pointer = Pointer;
        return !Layout.IsBound(pointer) || (pointer > Layout.DescriptorPage && pointer < totalPages)
            ? null
            : new BadWord(1, $"page {pointer} is said to have a binding of key {Key}; the table has {totalPages} pages");
    }
}
