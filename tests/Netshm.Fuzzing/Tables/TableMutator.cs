namespace Netshm.Fuzzing.Tables;

/// <summary>Damages a table in ways that know its format.</summary>
/// <remarks>
/// Blind changes mostly end at the first check. These aim behind it: at pointers that lead to sound pages of another kind,
/// at circles, at pages in two chains, at numbers just beyond what is there.
/// </remarks>
internal sealed class TableMutator
{
    private const int KeyWord = 1, NextPageWord = 2, OlderBindingWord = 3, NextFreeWord = 1;

    private static readonly WordKind[] s_totals =
    [
        WordKind.TotalPages, WordKind.Cells, WordKind.UsedCells, WordKind.Bindings, WordKind.FreePages,
        WordKind.ExtentLength, WordKind.ValueLength,
    ];

    private static readonly WordKind[] s_pointers =
    [
        WordKind.FreeHead, WordKind.ExtentPage, WordKind.CellPointer, WordKind.NextPage, WordKind.OlderBinding,
        WordKind.NextFree,
    ];

    private static readonly WordKind[] s_all = Enum.GetValues<WordKind>();

    private static readonly int[] s_boundaries =
        [0, 1, -1, 2, 3, 15, 16, 63, 64, 1 << 16, 1 << 24, 1 << 30, int.MaxValue, int.MaxValue - 1, int.MinValue];

    private readonly TableAnatomy _anatomy;
    private readonly Random _random;

    public TableMutator(SeedTable seed, Random random)
    {
        _anatomy = seed.Anatomy;
        _random = random;
        Words = [.. seed.Words];
    }

    /// <summary>The table's words.</summary>
    public int[] Words { get; }

    /// <summary>What was done to them.</summary>
    public List<string> Log { get; } = [];

    private int WordsPerPage => _anatomy.WordsPerPage;

    /// <summary>Does one more damage.</summary>
    public void Damage()
    {
        Action damage = _random.Next(17) switch
        {
            0 or 1 or 2 => SetToBoundary,
            3 or 4 => SetToAnything,
            5 or 6 or 7 => Redirect,
            8 => CloseCircle,
            9 => ShareChain,
            10 => OverlapExtents,
            11 => SetHugeTotal,
            12 => SwapWords,
            13 => MovePage,
            14 => WipePages,
            15 => SetLocking,
            _ => FlipBit,
        };
        damage();
    }

    /// <summary>Any word becomes a number at which checks may be off by one.</summary>
    private void SetToBoundary()
    {
        int total = _anatomy.PageCount;
        int[] values = _random.Next(4) == 0
            ? [total - 1, total, total + 1, WordsPerPage, WordsPerPage - 6, total * WordsPerPage]
            : s_boundaries;
        Set(AnyWord(s_all), values[_random.Next(values.Length)]);
    }

    private void SetToAnything() => Set(AnyWord(s_all), _random.Next(2) == 0
        ? _random.Next(int.MinValue, int.MaxValue)
        : _random.Next(_anatomy.PageCount));

    private void FlipBit()
    {
        int word = AnyWord(s_all);
        Set(word, Words[word] ^ (1 << _random.Next(32)));
    }

    /// <summary>The marks of the locking method become other ones, which may belie each other.</summary>
    private void SetLocking()
    {
        if (_random.Next(2) == 0)
            Set(WordsPerPage, LockingMarks.Magics[_random.Next(LockingMarks.Magics.Count)]);
        if (_random.Next(2) == 0)
            Set(LockingMarks.Word, LockingMarks.Words[_random.Next(LockingMarks.Words.Count)]);
    }

    /// <summary>A pointer leads to a page of any kind.</summary>
    private void Redirect() => Set(AnyWord(s_pointers), AnyPage());

    /// <summary>A chain leads back to one of its own pages.</summary>
    private void CloseCircle()
    {
        (PageKind kind, int linkWord) = _random.Next(3) switch
        {
            0 => (PageKind.First, OlderBindingWord),
            1 => (PageKind.FollowUp, NextPageWord),
            _ => (PageKind.Free, NextFreeWord),
        };
        IReadOnlyList<int> pages = _anatomy.PagesOf(kind);
        if (pages.Count == 0)
            return;
        int start = pages[_random.Next(pages.Count)];
        int end = start;
        for (int steps = _random.Next(5); steps > 0; steps--)
        {
            int next = Words[(end * WordsPerPage) + linkWord];
            if (next <= 0 || next >= _anatomy.PageCount)
                break;
            end = next;
        }

        Set((end * WordsPerPage) + linkWord, start);
    }

    /// <summary>Another cell, with the same key or without it, or another binding gets a chain that has an owner.</summary>
    private void ShareChain()
    {
        IReadOnlyList<int> pointers = _anatomy.WordsOf(
            s_pointers[_random.Next(2) == 0 ? 2 : _random.Next(s_pointers.Length)]);
        if (pointers.Count == 0)
            return;
        int from = pointers[_random.Next(pointers.Count)];
        for (int copies = _random.Next(1, 8); copies > 0; copies--)
        {
            int to = pointers[_random.Next(pointers.Count)];
            Set(to, Words[from]);
            if (_random.Next(2) == 0)
                Set(to - KeyWord, Words[from - KeyWord]); // The key of a cell; of others whatever comes before.
        }
    }

    /// <summary>Extents share pages, or reach into pages of other kinds.</summary>
    private void OverlapExtents()
    {
        int firstExtent = _anatomy.WordsOf(WordKind.ExtentPage)[0];
        int extent = _random.Next(16);
        int pages = _random.Next(1, _anatomy.PageCount);
        Set(firstExtent + (2 * extent), _random.Next(2) == 0 ? Words[firstExtent] : AnyPage());
        Set(firstExtent + (2 * extent) + 1, pages);
        if (_random.Next(2) == 0)
            Set(_anatomy.WordsOf(WordKind.Cells)[0], CellsOfExtents(firstExtent));
    }

    /// <summary>The number of cells that fits the extents, so that what is wrong with them comes to light only later.</summary>
    private int CellsOfExtents(int firstExtent)
    {
        int pages = 0;
        for (int extent = 0; extent < 16 && Words[firstExtent + (2 * extent)] > 0; extent++)
            pages += Words[firstExtent + (2 * extent) + 1];
        return pages * ((WordsPerPage / 4) - 1);
    }

    private void SetHugeTotal() => Set(AnyWord(s_totals), int.MaxValue >> _random.Next(24));

    private void SwapWords()
    {
        int first = AnyWord(s_all);
        int second = AnyWord(s_all);
        int value = Words[first];
        Set(first, Words[second]);
        Set(second, value);
    }

    /// <summary>A page takes the place of another one, or both change places.</summary>
    private void MovePage()
    {
        Span<int> from = PageAt(_random.Next(_anatomy.PageCount));
        int place = _random.Next(_anatomy.PageCount);
        int[] old = PageAt(place).ToArray();
        from.CopyTo(PageAt(place));
        if (_random.Next(2) == 0)
            old.CopyTo(from);
        Log.Add($"page {place} moved");
    }

    private void WipePages()
    {
        int first = _random.Next(_anatomy.PageCount);
        int count = Math.Min(_random.Next(4) == 0 ? _random.Next(1, 40) : 1, _anatomy.PageCount - first);
        int filling = _random.Next(3) - 1;
        Words.AsSpan(first * WordsPerPage, count * WordsPerPage).Fill(filling);
        Log.Add($"{count} pages from {first} on set to {filling}");
    }

    private Span<int> PageAt(int page) => Words.AsSpan(page * WordsPerPage, WordsPerPage);

    private int AnyPage()
    {
        int kind = _random.Next(8);
        IReadOnlyList<int> pages = kind < 4 ? _anatomy.PagesOf((PageKind)kind) : [];
        return pages.Count > 0 ? pages[_random.Next(pages.Count)] : _random.Next(_anatomy.PageCount + 1);
    }

    /// <summary>A word of one of the kinds, each kind as likely as the others.</summary>
    private int AnyWord(WordKind[] kinds)
    {
        while (true)
        {
            IReadOnlyList<int> words = _anatomy.WordsOf(kinds[_random.Next(kinds.Length)]);
            if (words.Count > 0)
                return words[_random.Next(words.Count)];
        }
    }

    private void Set(int word, int value)
    {
        Log.Add($"page {word / WordsPerPage}, word {word % WordsPerPage}: {Words[word]} -> {value}");
        Words[word] = value;
    }
}
