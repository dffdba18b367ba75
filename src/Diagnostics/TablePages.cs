namespace Netshm;

/// <summary>What a page of a table holds.</summary>
public enum PageKind
{
    /// <summary>Nothing that the table knows of: a leak, or damage.</summary>
    Unknown,
    /// <summary>The master page.</summary>
    Master,
    /// <summary>The descriptor.</summary>
    Descriptor,
    /// <summary>Cells of the hash table.</summary>
    HashTable,
    /// <summary>The first page of a binding.</summary>
    Binding,
    /// <summary>A further page of a binding.</summary>
    FurtherBinding,
    /// <summary>A free page.</summary>
    Free,
}

/// <summary>A page of a table.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Fill">Which part of the room for that is taken, from 0 to 1.</param>
public readonly record struct PageState(PageKind Kind, double Fill);

/// <summary>Finds out what each page of a table holds, from the marks in the pages.</summary>
public static class TablePages
{
    /// <summary>Looks at all pages, the table locked for reading meanwhile; in the middle of a group, too.</summary>
    /// <exception cref="CorruptFileException">The descriptor is damaged. Other damage shows in the picture.</exception>
    public static IReadOnlyList<PageState> Of(ShmTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Group(() => Of(table.Storage), GroupIntent.Read);
    }

    /// <summary>Looks at all pages of a table from outside, without any lock: one that can't be opened as it is damaged.</summary>
    /// <exception cref="CorruptFileException">There is no table in it, or none whose page size can be told.</exception>
    public static IReadOnlyList<PageState> Of(SharedMemoryObject memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        TableStorage storage = UnlockedTable.Map(memory);
        using MappedPages pages = storage.Pages;
        return Of(storage);
    }

    private static PageState[] Of(TableStorage storage)
    {
        DescriptorView descriptor = storage.OpenDescriptor();
        var states = new PageState[descriptor.TotalPages];
        MappedPages pages = storage.Pages;
        states[Layout.MasterPage] = new PageState(PageKind.Master, 1);
        int firstHashPage = Layout.FirstHashPage(pages.WordsPerPage);
        states.AsSpan(Layout.DescriptorPage..firstHashPage).Fill(new PageState(PageKind.Descriptor, 1));
        MarkHashPages(storage, descriptor, states);
        for (int page = firstHashPage; page < states.Length; page++)
        {
            if (states[page].Kind != PageKind.HashTable)
                MarkByMagic(pages, states, page);
        }

        return states;
    }

    private static void MarkHashPages(TableStorage storage, DescriptorView descriptor, PageState[] states)
    {
        double cellsPerPage = Layout.CellsPerPage(storage.Pages.WordsPerPage);
        for (CellWalk cells = storage.Index.Cells(descriptor); cells.MoveNext();)
        {
            if (cells.Page >= states.Length)
                return;
            double claimed = cells.Current.Pointer == Layout.NeverUsed ? 0 : 1 / cellsPerPage;
            states[cells.Page] = new PageState(PageKind.HashTable, states[cells.Page].Fill + claimed);
        }
    }

    private static void MarkByMagic(MappedPages pages, PageState[] states, int page)
    {
        Span<int> words = pages.Page(page);
        if (new FreePageView(words).HasMagic)
            states[page] = new PageState(PageKind.Free, 0);
        else if (new FollowUpView(words).HasMagic)
            states[page] = states[page] with { Kind = PageKind.FurtherBinding };
        else if (new ContentView(words).HasMagic)
            MarkBinding(pages, states, page, new ContentView(words).Key);
    }

    /// <summary>Marks all pages of a binding, as far as they are sound.</summary>
    private static void MarkBinding(MappedPages pages, PageState[] states, int firstPage, int key)
    {
        states[firstPage] = new PageState(PageKind.Binding, 0);
        try
        {
            var value = new FragmentWalk(pages, states.Length, key, firstPage, out _);
            for (PageKind kind = PageKind.Binding; value.MoveNext(); kind = PageKind.FurtherBinding)
            {
                int room = pages.WordsPerPage - value.FirstWord;
                states[value.Page] = new PageState(kind, (double)value.Current.Length / room);
            }
        }
        catch (CorruptFileException)
        {
            // The picture shows what the pages say they are; check tells what is wrong with them.
        }
    }
}
