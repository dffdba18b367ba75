namespace Netshm.Storage;

/// <summary>Walks over the bindings of one key, newest first.</summary>
/// <param name="pages">The table.</param>
/// <param name="totalPages">How many pages the table has: what bounds the walk.</param>
/// <param name="key">The key that all pages must carry.</param>
/// <param name="firstPage">The newest binding, or 0.</param>
/// <param name="pagesSeen">How many pages the bindings of other keys have that were walked over before.</param>
internal ref struct BindingWalk(MappedPages pages, int totalPages, int key, int firstPage, int pagesSeen)
{
    private readonly MappedPages _pages = pages;
    private readonly int _key = key;
    private readonly int _totalPages = totalPages;
    private FragmentWalk _current;
    private int _next = firstPage;

    /// <summary>How many pages were seen in all, those of the current binding included.</summary>
    public int PagesSeen { get; private set; } = pagesSeen;

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
        if (Page != 0)
            FragmentWalk.CheckOlder(_pages, _totalPages, Page, _next);
        Page = _next;
        _current = new FragmentWalk(_pages, _totalPages, _key, Page, out _next);
        PagesSeen += Layout.ContentPages(_current.LengthInWords, _pages.WordsPerPage);

        // Every page belongs to one binding, so a walk that sees as many pages as there are has seen some of them twice.
        if (PagesSeen < _totalPages)
            return true;
        throw new CorruptFileException(_pages.Name, Page, null,
            $"the bindings of key {_key} run in a circle, or have pages of other bindings");
    }
}
