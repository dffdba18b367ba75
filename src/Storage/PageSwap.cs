namespace Netshm.Storage;

/// <summary>
/// The usual replacement: a value that has one page gives way to one that takes the first free page, and the old page
/// takes that one's place in the free list.
/// </summary>
/// <remarks>
/// The old page is most likely not in the processor's cache, and was asked for when the cell was found. It is first
/// looked at as late as possible: the processor goes on to the next operation while it waits for it, as far as the
/// instructions reach that it can hold. So what comes between here and the next operation's request for its cell is kept
/// short: that request is the first thing an operation does. For <see cref="LockingMethod.Futex"/>: a death in it is for
/// the journal.
/// </remarks>
internal sealed class PageSwap(MappedPages pages, ReadSequences sequences, UndoJournal journal)
{
    /// <summary>Replaces a value, and leaves the change to be committed; false when this is not the usual case.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="cell">The key's cell.</param>
    /// <param name="key">The key, which is bound.</param>
    /// <param name="value">The new value.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // The caller has room for what comes after it instead.
    public bool TryReplace(DescriptorView descriptor, CellView cell, int key, ReadOnlySpan<int> value)
    {
        int newPage = descriptor.FreeHead;
        if (journal.State != JournalState.Idle || descriptor.RehashPhase != RehashPhase.None
            || newPage <= Layout.DescriptorPage || descriptor.FreePages <= 0
            || value.Length > pages.WordsPerPage - Layout.ContentHeaderInWords)
        {
            return false;
        }

        Span<int> words = pages.Page(newPage);
        var free = new FreePageView(words);
        if (!free.HasMagic)
            return false;
        int nextFree = free.NextFree;
        int oldPage = cell.Pointer;
        sequences.OpenKey(key);
        journal.PrepareSwap(descriptor, newPage, key, oldPage, nextFree);

        // The page is still a free one, of which only the head counts, and the journal is idle.
        var content = new ContentView(words);
        content.PutValue(value);
        int totalPages = descriptor.TotalPages;
        if (oldPage <= Layout.DescriptorPage || oldPage >= totalPages
            || !pages.TryGetPage(oldPage, out PageWords oldWords))
        {
            return false;
        }

        Seam.Reached(SeamKind.Load);
        int older = oldWords[ContentView.OlderBindingWord];
        if (!ContentView.IsWhole(oldWords, key) || !FragmentWalk.IsOlder(older, totalPages))
            return false;

        journal.BeginSwap();
        content.PutHead(key, older);
        cell.Pointer = newPage;
        new FreePageView(oldWords.All).Initialise(nextFree);
        descriptor.FreeHead = oldPage;
        return true;
    }
}
