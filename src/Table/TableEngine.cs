using System.Runtime.CompilerServices;

namespace Netshm;

/// <summary>The storage work of every operation; who calls holds the lock it needs.</summary>
/// <remarks>
/// Each modification is published by one aligned store of a pointer: what it points to is complete before, and what
/// it no longer points to is freed after. So a process that dies leaves the binding of before or the one of after.
/// </remarks>
internal sealed class TableEngine
{
    private readonly TableLock _lock;
    private readonly HashIndex _index;
    private readonly FreeList _freeList;
    private readonly BindingWriter _writer;
    private readonly Rehash _rehash;

    public TableEngine(MappedPages pages, TableLock tableLock)
    {
        Pages = pages;
        _lock = tableLock;
        _index = new HashIndex(pages);
        _freeList = new FreeList(pages);
        _writer = new BindingWriter(pages, _freeList);
        _rehash = new Rehash(pages, _index, _freeList);
    }

    public MappedPages Pages { get; }

    public HashIndex Index => _index;

    /// <summary>The descriptor, with all pages it counts made accessible.</summary>
    /// <exception cref="CorruptFileException">It is damaged, or the file is shorter than it says.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DescriptorView OpenDescriptor()
    {
        var descriptor = new DescriptorView(
            Pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords));
        if (!descriptor.HasMagic)
            ThrowNoDescriptor();
        int totalPages = descriptor.TotalPages;
        if (totalPages > Pages.MappedPageCount)
            Pages.EnsureMapped(totalPages);
        return descriptor;
    }

    /// <summary>Whether a process died in a rehash, so that <see cref="FinishRehash"/> is due before anything else.</summary>
    public bool NeedsRehash => OpenDescriptor().RehashPhase != RehashPhase.None;

    /// <summary>Whether the cells are right all the same, for one who can't finish it.</summary>
    public bool CanReadDuringRehash => OpenDescriptor().RehashPhase != RehashPhase.Copying;

    /// <summary>Finishes what a process that died in a rehash began. Needs the write lock.</summary>
    public void FinishRehash() => _rehash.Finish(OpenDescriptor());

    /// <summary>The bindings of a key, newest first.</summary>
    public BindingWalk BindingsOf(int key)
    {
        DescriptorView descriptor = OpenDescriptor();
        return new BindingWalk(Pages, descriptor.TotalPages, key, NewestOf(descriptor, key));
    }

    /// <summary>The value of a key's newest binding, in place, when all of it is in one page.</summary>
    /// <returns>False when the key is unbound, or its value is not in one page: <see cref="BindingsOf(int)"/> tells.</returns>
    public bool TryGetWhole(int key, out ReadOnlySpan<int> value)
    {
        DescriptorView descriptor = OpenDescriptor();
        int page = NewestOf(descriptor, key);
        if (page > Layout.DescriptorPage)
            return new ContentView(Pages.Page(page)).TryGetWhole(key, descriptor.TotalPages, out value);
        value = default;
        return false;
    }

    /// <summary>The bindings that a cell stands for.</summary>
    public BindingWalk BindingsOf(DescriptorView descriptor, CellView cell) =>
        new(Pages, descriptor.TotalPages, cell.Key, cell.IsBound ? cell.Pointer : 0);

    /// <summary>Whether a key is bound.</summary>
    public bool Contains(int key) => BindingsOf(key).MoveNext();

    /// <summary>Adds a binding that hides the older ones of its key. Needs the write lock.</summary>
    public void Add(int key, ReadOnlySpan<int> value)
    {
        DescriptorView descriptor = OpenDescriptor();
        CellView cell = CellForAdd(descriptor, key);
        int older = cell.IsBound ? cell.Pointer : 0;
        if (older != 0)
            _ = new FragmentWalk(Pages, descriptor.TotalPages, key, older, out _); // Damage shows before, not after.
        int page = _writer.Write(descriptor, key, value, older);
        PublishIn(descriptor, cell, key, page);
        descriptor.Bindings++; // Dying before this leaves a count too low, which is repaired from the pages.
    }

    /// <summary>Replaces the newest binding of a key, or adds one. Needs the write lock.</summary>
    public void Replace(int key, ReadOnlySpan<int> value, Deadline deadline)
    {
        DescriptorView descriptor = OpenDescriptor();
        CellView cell = _index.Find(descriptor, key, out bool found);
        if (!found || !cell.IsBound)
        {
            Add(key, value);
            return;
        }

        int oldPage = cell.Pointer;
        int older = OlderThan(descriptor, key, oldPage);
        _lock.LockContent(oldPage, deadline);
        int page = _writer.Write(descriptor, key, value, older);

        // One store takes the old value away and puts the new one in its place. Dying right after it leaves the old
        // value's pages to nobody.
        cell.Pointer = page;
        _freeList.Put(descriptor, oldPage);
    }

    /// <summary>Removes the newest binding of a key. Needs the write lock.</summary>
    public bool Remove(int key, Deadline deadline)
    {
        DescriptorView descriptor = OpenDescriptor();
        CellView cell = _index.Find(descriptor, key, out bool found);
        if (!found || !cell.IsBound)
            return false;
        int page = cell.Pointer;
        _lock.LockContent(page, deadline);
        RemoveFrom(descriptor, cell, key, page, newer: 0);
        return true;
    }

    /// <summary>Passes the fragments of a key's bindings to <paramref name="reader"/>.</summary>
    public void ReadBlocks(int key, BlockReader reader)
    {
        for (BindingWalk bindings = BindingsOf(key); bindings.MoveNext();)
        {
            BlockControl control = BlockControl.Continue;
            for (FragmentWalk value = bindings.Value; control == BlockControl.Continue && value.MoveNext();)
                control = reader(value.Current, isEnd: false);
            if (control == BlockControl.Continue)
                control = reader([], isEnd: true);
            if (control == BlockControl.Break)
                return;
        }
    }

    /// <summary>
    /// Passes the fragments of a key's bindings to <paramref name="writer"/>, for editing, and removes the bindings
    /// it says. Needs the write lock.
    /// </summary>
    public void WriteBlocks(int key, WriteOperations announced, BlockWriter writer, Deadline deadline)
    {
        DescriptorView descriptor = OpenDescriptor();
        CellView cell = _index.Find(descriptor, key, out bool found);
        if (!found || !cell.IsBound)
            return;

        // A binding is unlinked by an edit of the one before it, where a reader may still be.
        _lock.LockAllContent(deadline);
        int newer = 0;
        for (BindingWalk bindings = BindingsOf(descriptor, cell); bindings.MoveNext();)
        {
            BlockDecision decision = OfferForWriting(bindings.Value, writer);
            if ((decision.Operation & ~announced) != 0)
            {
                throw new InvalidTableOperationException(
                    $"{Pages.Name}, key {key}: {decision.Operation} was asked for; announced were: {announced}");
            }

            if (decision.Operation == WriteOperations.RemoveBinding)
                RemoveFrom(descriptor, cell, key, bindings.Page, newer);
            else
                newer = bindings.Page;
            if (decision.Control == BlockControl.Break)
                return;
        }
    }

    /// <summary>Offers one binding; the answer's operation is the last one asked for within the binding.</summary>
    private static BlockDecision OfferForWriting(FragmentWalk value, BlockWriter writer)
    {
        WriteOperations operation = WriteOperations.None;
        BlockControl control = BlockControl.Continue;
        bool isEnd = false;
        while (control == BlockControl.Continue && !isEnd)
        {
            isEnd = !value.MoveNext();
            BlockDecision decision = writer(isEnd ? [] : value.Current, isEnd);
            operation = decision.Operation == WriteOperations.None ? operation : decision.Operation;
            control = decision.Control;
        }

        return new BlockDecision(operation, control);
    }

    /// <summary>The first page of a key's newest binding, or 0.</summary>
    private int NewestOf(DescriptorView descriptor, int key)
    {
        CellView cell = _index.Find(descriptor, key, out bool found);
        int page = found ? cell.Pointer : 0;
        return page == Layout.Unbound ? 0 : page;
    }

    private CellView CellForAdd(DescriptorView descriptor, int key)
    {
        CellView cell = _index.FindForAdd(descriptor, key);
        return cell.Pointer == Layout.NeverUsed && _rehash.MakeRoom(descriptor)
            ? _index.FindForAdd(descriptor, key)
            : cell;
    }

    private static void PublishIn(DescriptorView descriptor, CellView cell, int key, int page)
    {
        // Counted before it is claimed: dying in between leaves a count too high, which only makes a rehash early.
        if (cell.Pointer == Layout.NeverUsed)
            descriptor.UsedCells++;
        cell.Key = key; // Of an unbound or never-used cell: nobody looks there for a binding yet.
        cell.Pointer = page; // The binding exists from this store on.
    }

    /// <summary>The binding below one that is going to be replaced or removed, whose pages are all checked before.</summary>
    private int OlderThan(DescriptorView descriptor, int key, int page)
    {
        var value = new FragmentWalk(Pages, descriptor.TotalPages, key, page, out int older);
        if (!value.IsSingle)
        {
            while (value.MoveNext())
            {
                // Moving on is the check.
            }
        }

        return older;
    }

    private void RemoveFrom(DescriptorView descriptor, CellView cell, int key, int page, int newer)
    {
        int older = OlderThan(descriptor, key, page);

        // The binding is gone from this store on. Dying right after it leaves its pages to nobody and the count high.
        if (newer == 0)
            cell.Pointer = older == 0 ? Layout.Unbound : older;
        else
            new ContentView(Pages.Page(newer)).LinkTo(older);
        descriptor.Bindings--;
        _freeList.Put(descriptor, page);
    }

    private void ThrowNoDescriptor() => throw new CorruptFileException(
        Pages.Name, Layout.DescriptorPage, 0, "the page has no longer the mark of a descriptor");
}
