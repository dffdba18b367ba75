namespace Netshm.Storage;

/// <summary>Where pages come from and go to: the free list, and the end of the table.</summary>
/// <remarks>The caller holds the table's write lock.</remarks>
internal sealed class FreeList(MappedPages pages, UndoJournal? journal, TableCounters counters)
{
    /// <summary>How many journal records a page takes that goes into the list or comes out of it.</summary>
    public const int RecordsPerPage = 1;

    private readonly MappedPages _pages = pages;
    private readonly UndoJournal? _journal = journal;
    private readonly TableCounters _counters = counters;

    /// <summary>Puts one page that nothing points to into the list.</summary>
    /// <remarks>Dying in between leaves the page to nobody. The count goes up after the page is in, see <see cref="Take"/>.</remarks>
    public static void PutPage(MappedPages pages, DescriptorView descriptor, int page)
    {
        new FreePageView(pages.Page(page)).Initialise(descriptor.FreeHead);
        descriptor.FreeHead = page;
        descriptor.FreePages++;
    }

    /// <summary>Takes pages out of the free list and, where it has too few, from the end of the table.</summary>
    /// <exception cref="OutOfSpaceException">There is no room for so many; nothing has changed.</exception>
    /// <exception cref="CorruptFileException">The list is damaged; nothing has changed.</exception>
    public PageRun Take(DescriptorView descriptor, int count)
    {
        int firstFree = descriptor.FreeHead;
        int fromList = 0;
        int rest = firstFree;
        for (int wanted = Math.Min(count, descriptor.FreePages); fromList < wanted && rest != 0; fromList++)
            rest = FreePage(rest).NextFree;

        int firstNew = TakeFromEnd(descriptor, count - fromList);
        if (fromList > 0)
        {
            // Count before head: dying in between leaves a count too low, which the original bears; a count too
            // high would make it fail. Dying after both leaves the pages to nobody.
            descriptor.FreePages -= fromList;
            descriptor.FreeHead = rest;
        }
        else if (rest == 0 && descriptor.FreePages > 0)
        {
            descriptor.FreePages = 0; // The count was left too high; the list is empty.
        }

        return new PageRun(this, firstFree, fromList, firstNew);
    }

    /// <summary>Takes one page, whose head is recorded.</summary>
    /// <inheritdoc cref="Take" path="/exception"/>
    public int TakeOne(DescriptorView descriptor)
    {
        int page = descriptor.FreeHead;
        int freePages = descriptor.FreePages;
        if (page == 0 || freePages <= 0)
            return Take(descriptor, 1).Next();
        int rest = FreePage(page).NextFree;
        descriptor.FreePages = freePages - 1; // Before the head, as in Take.
        descriptor.FreeHead = rest;
        Save(page, rest);
        _pages.Prefetch((long)rest * _pages.WordsPerPage); // Most likely the next one to be taken.
        return page;
    }

    /// <summary>Takes contiguous new pages from the end of the table.</summary>
    /// <returns>The first of them.</returns>
    /// <exception cref="OutOfSpaceException">There is no room for so many; nothing has changed.</exception>
    public int TakeFromEnd(DescriptorView descriptor, int count)
    {
        int total = descriptor.TotalPages;
        if (count == 0)
            return total;
        if (count > int.MaxValue - total)
        {
            throw new OutOfSpaceException(
                $"{_pages.Name}: {count} more pages than {total} are more than the format can count");
        }

        _pages.Grow(total + count);
        _journal?.NewPages(total, count);

        // Dying right after this store leaves the new pages to nobody. They are counted before they are written, so
        // that everything beyond the total stays zero: the original relies on it in new hash pages.
        descriptor.TotalPages = total + count;
        _counters.Count(Counter.PagesAdded, count);
        return total;
    }

    /// <summary>Puts all pages of a binding that nothing points to any more into the list.</summary>
    /// <remarks>Dying in between leaves the remaining pages to nobody, unless there is a journal.</remarks>
    public void Put(DescriptorView descriptor, int firstPage)
    {
        int limit = descriptor.TotalPages;
        for (int page = firstPage; page != 0 && limit > 0; limit--)
        {
            var content = new ContentView(_pages.Page(page)); // Key and next page are the same words in follow-up pages.
            int next = content.NextPage;
            _journal?.BoundPage(page, content.Key, isFirst: page == firstPage);
            PutPage(_pages, descriptor, page);
            page = next;
        }
    }

    /// <summary>A page that must be free.</summary>
    public FreePageView FreePage(int page)
    {
        var view = new FreePageView(_pages.Page(page));
        if (page <= Layout.DescriptorPage)
            throw new CorruptFileException(_pages.Name, page, null, "the page is in the free list, and can't be free");
        if (view.Validate() is { } bad)
            throw bad.On(_pages.Name, page);
        return view;
    }

    /// <summary>Records that a free page is about to become a binding's.</summary>
    public void Save(int page, int nextFree) => _journal?.FreePage(page, nextFree);
}

/// <summary>Pages taken for a binding, handed out one by one.</summary>
internal struct PageRun(FreeList list, int firstFree, int fromList, int firstNew)
{
    private readonly FreeList _list = list;
    private int _nextFree = firstFree;
    private int _leftFromList = fromList;
    private int _nextNew = firstNew;

    /// <summary>
    /// The next page. Its mark as a free page is checked only now, so the caller overwrites each page's mark before
    /// it asks for the next one: a free list that runs in a circle is found out.
    /// </summary>
    public int Next()
    {
        if (_leftFromList == 0)
            return _nextNew++;
        int page = _nextFree;
        _nextFree = _list.FreePage(page).NextFree;
        _list.Save(page, _nextFree);
        _leftFromList--;
        return page;
    }
}
