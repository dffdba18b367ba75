namespace Netshm.Storage;

/// <summary>The pages behind the end of a table that become the next extent of its hash table.</summary>
/// <remarks>
/// They are allocated and set to zero little by little beforehand: for a large table that takes longer than a write may
/// wait. docs/Protocol.md, "Rehash". The caller holds the table's write lock.
/// </remarks>
internal sealed class NextExtent(MappedPages pages, FreeList freeList, RehashProgress progress)
{
    private const int BytesAtATime = 6144 / Seam.StepDivisor;

    /// <summary>How many calls do not ask again for room that there was not.</summary>
    private const int PauseWhenFull = 1000;

    private readonly MappedPages _pages = pages;
    private readonly FreeList _freeList = freeList;
    private readonly RehashProgress _progress = progress;
    private int _pause;

    /// <summary>Whether it only has to be taken.</summary>
    /// <inheritdoc cref="Take" path="/exception"/>
    public bool IsReady(DescriptorView descriptor) =>
        _progress.BlankEnd >= (long)descriptor.TotalPages + CountOf(descriptor);

    /// <summary>Makes some more pages ready, if there is room for them: who can't do without the extent says so.</summary>
    /// <inheritdoc cref="Take" path="/exception"/>
    public void MakeSomeReady(DescriptorView descriptor)
    {
        if (descriptor.ExtentCount == Layout.MaxExtents)
            return;
        if (_pause > 0)
        {
            _pause--;
            return;
        }

        int first = Math.Max(_progress.BlankEnd, descriptor.TotalPages);
        int step = Math.Max(1, BytesAtATime / sizeof(int) / _pages.WordsPerPage);
        long end = Math.Min((long)first + step, (long)descriptor.TotalPages + CountOf(descriptor));
        if (end <= first || end > int.MaxValue)
            return;
        if (_pages.TryGrow((int)end))
            Clear(first, (int)end);
        else
            _pause = PauseWhenFull;
    }

    /// <summary>Makes the pages the table's.</summary>
    /// <exception cref="OutOfSpaceException">There is no room for them; nothing has changed.</exception>
    /// <exception cref="CorruptFileException">An extent is larger than the table.</exception>
    public PageRange Take(DescriptorView descriptor)
    {
        // The original leaves old pages beyond the end when it re-initialises a table.
        int total = descriptor.TotalPages;
        int count = CountOf(descriptor);
        if (count <= int.MaxValue - total)
        {
            _pages.Grow(total + count);
            Clear(Math.Max(_progress.BlankEnd, total), total + count);
        }

        return new PageRange(_freeList.TakeFromEnd(descriptor, count), count);
    }

    /// <summary>Twice as many pages as the largest extent has.</summary>
    private int CountOf(DescriptorView descriptor)
    {
        int largest = 1;
        for (int extent = descriptor.ExtentCount - 1; extent >= 0; extent--)
            largest = Math.Max(largest, descriptor.ExtentPages(extent));
        if (largest > descriptor.TotalPages)
        {
            throw new CorruptFileException(_pages.Name, Layout.DescriptorPage, DescriptorView.ExtentsWord,
                $"an extent of {largest} pages found; the table has {descriptor.TotalPages}");
        }

        return (int)Math.Min(2L * largest, int.MaxValue);
    }

    private void Clear(int first, int end)
    {
        if (first >= end)
            return;
        _pages.Clear(first, end);
        _progress.BlankEnd = end; // Dying before this leaves pages that are cleared again.
    }
}

/// <summary>Contiguous pages.</summary>
internal readonly record struct PageRange(int First, int Count);
