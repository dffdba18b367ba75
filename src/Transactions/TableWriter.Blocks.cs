namespace Netshm.Transactions;

/// <content>Editing in place.</content>
internal sealed partial class TableWriter
{
    /// <summary>
    /// Passes the fragments of a key's bindings to <paramref name="writer"/>, for editing, and removes the bindings
    /// it says.
    /// </summary>
    public void WriteBlocks(int key, WriteOperations announced, BlockWriter writer, Deadline deadline)
    {
        DescriptorView descriptor = _transaction.OpenForChange();
        CellView cell = Index.Find(descriptor, key, out bool found);
        if (!found || !cell.IsBound)
            return;

        LockBindings(descriptor, cell, deadline);
        _sequences?.OpenKey(key);
        int newer = 0, depth = 0;
        for (BindingWalk bindings = _storage.BindingsOf(descriptor, cell); bindings.MoveNext();)
        {
            // Before the first edit: dying in the middle leaves an edit that is told, or a telling without an edit.
            _storage.Changes?.Append(ChangeKind.Edited, key, depth);
            BlockDecision decision = OfferForWriting(bindings.Value, writer);
            _transaction.PublishChanges();
            if ((decision.Operation & ~announced) != 0)
            {
                throw new InvalidTableOperationException(
                    $"{_pages.Name}, key {key}: {decision.Operation} was asked for; announced were: {announced}");
            }

            if (decision.Operation == WriteOperations.RemoveBinding)
            {
                RemoveFrom(descriptor, cell, key, bindings.Page, newer, depth);
            }
            else
            {
                newer = bindings.Page;
                depth++;
            }

            if (decision.Control == BlockControl.Break)
                return;
        }
    }

    /// <summary>
    /// Locks all bindings of a key before the first one is touched, so that a time-out leaves them as they are. A binding is
    /// unlinked by an edit of the one before it, where a reader may still be.
    /// </summary>
    private void LockBindings(DescriptorView descriptor, CellView cell, Deadline deadline)
    {
        if (!_processes.NeedsContentLocks)
            return;
        try
        {
            for (BindingWalk bindings = _storage.BindingsOf(descriptor, cell); bindings.MoveNext();)
                _processes.LockContent(bindings.Page, deadline);
        }
        catch (CorruptFileException)
        {
            // Who gets so far is told; the writer may have enough before.
        }
    }

    /// <summary>Offers one binding; the answer's operation is the last one asked for within the binding.</summary>
    private BlockDecision OfferForWriting(FragmentWalk value, BlockWriter writer)
    {
        WriteOperations operation = WriteOperations.None;
        BlockControl control = BlockControl.Continue;
        bool isEnd = false;
        while (control == BlockControl.Continue && !isEnd)
        {
            isEnd = !value.MoveNext();
            if (!isEnd && _transaction.IsAtomic)
                SaveFragment(value);
            BlockDecision decision = writer(isEnd ? [] : value.Current, isEnd);
            operation = decision.Operation == WriteOperations.None ? operation : decision.Operation;
            control = decision.Control;
        }

        return new BlockDecision(operation, control);
    }

    /// <summary>Records the words that a writer of blocks may edit, so that a transaction can take the edits back.</summary>
    private void SaveFragment(FragmentWalk value)
    {
        _journal!.Reserve(value.Current.Length);
        for (int i = 0; i < value.Current.Length; i++)
            _journal.Word(value.Page, value.FirstWord + i);
    }
}
