namespace Netshm.Storage;

/// <summary>Walks over the fragments of one binding's value, a page each.</summary>
internal ref struct FragmentWalk
{
    private readonly MappedPages _pages;
    private readonly int _key;
    private readonly int _totalPages;
    private Span<int> _fragment;
    private int _page;
    private int _nextPage;
    private int _sequence;
    private int _restInWords;
    private bool _isStarted;

    /// <param name="pages">The table.</param>
    /// <param name="totalPages">How many pages the table has.</param>
    /// <param name="key">The key that all pages must carry.</param>
    /// <param name="firstPage">The binding's first page.</param>
    /// <param name="olderBinding">
    /// What the first page says of the next older binding: any number, since the value does not need it.
    /// </param>
    /// <exception cref="CorruptFileException">The first page is damaged.</exception>
    public FragmentWalk(MappedPages pages, int totalPages, int key, int firstPage, out int olderBinding)
    {
        _pages = pages;
        _totalPages = totalPages;
        _key = key;
        _page = firstPage;

        if (firstPage <= Layout.DescriptorPage || firstPage >= totalPages)
            throw Bad(null, $"a binding of key {key} is referred to here; the table has {totalPages} pages");
        Seam.Reached(SeamKind.Load);
        var words = new ContentView(pages.Page(firstPage));
        ContentHead head = words.Head;
        if (!head.Validate(key, pages.WordsPerPage, totalPages))
            throw head.Explain(key, pages.WordsPerPage, totalPages).On(pages.Name, firstPage);
        LengthInWords = head.ValueLengthInWords;
        _nextPage = head.NextPage;
        olderBinding = head.OlderBinding;
        int position = head.ValuePosition;
        Span<int> content = words.Content;
        FirstWord = Layout.ContentHeaderInWords + position;
        _fragment = content.Slice(position, Math.Min(LengthInWords, content.Length - position));
        _restInWords = LengthInWords - _fragment.Length;
        CheckNext();
    }

    /// <summary>The length of the whole value.</summary>
    public int LengthInWords { get; }

    /// <summary>The page of the current fragment.</summary>
    public readonly int Page => _page;

    public readonly Span<int> Current => _fragment;

    /// <summary>Where in its page the current fragment begins.</summary>
    public int FirstWord { get; private set; }

    /// <summary>Goes to the first or the next fragment. An empty value has one, empty fragment.</summary>
    /// <exception cref="CorruptFileException">The next page is damaged.</exception>
    public bool MoveNext()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            return true;
        }

        if (_nextPage == 0)
            return false;
        _page = _nextPage;
        _sequence++;
        Seam.Reached(SeamKind.Load);
        var words = new FollowUpView(_pages.Page(_page));
        FollowUpHead head = words.Head;
        if (!head.Validate(_key, _sequence))
            throw head.Explain(_key, _sequence).On(_pages.Name, _page);
        _nextPage = head.NextPage;
        Span<int> content = words.Content;
        FirstWord = Layout.FollowUpHeaderInWords;
        _fragment = content[..Math.Min(_restInWords, content.Length)];
        _restInWords -= _fragment.Length;
        CheckNext();
        return true;
    }

    /// <summary>Copies the rest of the value to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<int> destination)
    {
        while (MoveNext())
        {
            Seam.Reached(SeamKind.Load);
            _fragment.CopyTo(destination);
            destination = destination[_fragment.Length..];
        }
    }

    /// <summary>Copies the value, which nothing was read of yet.</summary>
    public int[] ToArray()
    {
        int[] words = GC.AllocateUninitializedArray<int>(LengthInWords);
        CopyTo(words);
        return words;
    }

    /// <summary>Whether all of the value is in one page.</summary>
    public readonly bool IsSingle => _nextPage == 0;

    /// <summary>Whether a number can be a pointer to the next older binding, or say that there is none.</summary>
    public static bool IsOlder(int page, int totalPages) =>
        page != Layout.DescriptorPage && (uint)page < (uint)totalPages;

    /// <summary>Makes sure that a binding's pointer to the next older one can be followed, or copied.</summary>
    /// <exception cref="CorruptFileException">It is no page of a binding.</exception>
    public static void CheckOlder(MappedPages pages, int totalPages, int page, int olderBinding)
    {
        if (!IsOlder(olderBinding, totalPages))
        {
            throw new CorruptFileException(pages.Name, page, ContentView.OlderBindingWord,
                $"page {olderBinding} found; the table has {totalPages}");
        }
    }

    private readonly void CheckNext()
    {
        const int nextPageWord = ContentView.NextPageWord;
        if ((uint)_nextPage >= (uint)_totalPages || _nextPage == Layout.DescriptorPage)
            throw Bad(nextPageWord, $"page {_nextPage} found; the table has {_totalPages}");
        if (_nextPage == 0 && _restInWords > 0)
            throw Bad(nextPageWord, $"the value ends here; {_restInWords} more words of {LengthInWords} were expected");
        if (_nextPage != 0 && _restInWords == 0)
            throw Bad(nextPageWord, $"page {_nextPage} follows; the value of {LengthInWords} words ends here");
    }

    private readonly CorruptFileException Bad(int? word, string problem) => new(_pages.Name, _page, word, problem);
}
