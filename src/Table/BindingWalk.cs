namespace Netshm;

/// <summary>Walks over the bindings of one key, newest first.</summary>
internal ref struct BindingWalk
{
    private readonly MappedPages _pages;
    private readonly int _key;
    private readonly int _totalPages;
    private int _pagesSeen;
    private FragmentWalk _current;
    private int _next;

    /// <param name="pages">The table.</param>
    /// <param name="totalPages">How many pages the table has: what bounds the walk.</param>
    /// <param name="key">The key that all pages must carry.</param>
    /// <param name="firstPage">The newest binding, or 0.</param>
    public BindingWalk(MappedPages pages, int totalPages, int key, int firstPage)
    {
        _pages = pages;
        _totalPages = totalPages;
        _key = key;
        _next = firstPage;
    }

    /// <summary>The first page of the current binding.</summary>
    public int Page { get; private set; }

    /// <summary>The value of the current binding, from its start.</summary>
    public readonly FragmentWalk Value => _current;

    /// <summary>Goes to the next older binding.</summary>
    /// <exception cref="CorruptFileException">Its first page is damaged, or the chain runs in a circle.</exception>
    public bool MoveNext()
    {
        if (_next == 0)
            return false;

        // Every page belongs to one binding, so a walk that sees more pages than there are runs in a circle.
        if (_pagesSeen > _totalPages)
        {
            throw new CorruptFileException(
                _pages.Name, _next, null, $"the bindings of key {_key} run in a circle");
        }

        Page = _next;
        _current = new FragmentWalk(_pages, _totalPages, _key, Page, out _next);
        _pagesSeen += Layout.ContentPages(_current.LengthInWords, _pages.WordsPerPage);
        return true;
    }
}
