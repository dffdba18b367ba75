using System.Diagnostics;

namespace Netshm.Transactions;

/// <summary>
/// All that the modifications hold which a thread makes while it has a table's write lock: recovery of what a dead process
/// left, the dirty flag, the undo journal, the sequence words that are open, and the feed's entries.
/// </summary>
/// <remarks>
/// There is one for each table and process, since one thread at a time has the lock. It begins with the lock and ends before
/// that is released. Within it, each change becomes permanent by itself; those of an atomic scope do so together.
/// docs/Protocol.md argues each store.
/// </remarks>
internal sealed class WriteTransaction(TableStorage storage, Recoverer recoverer)
{
    private readonly ReadSequences? _sequences = storage.Sequences;
    private readonly UndoJournal? _journal = storage.Journal;
    private readonly ChangeRing? _changes = storage.Changes;
    private int _atomicScopes;
    private int _changesInScopes;
    private bool _wasValid;

    /// <summary>Whether changes can still be taken back together.</summary>
    public bool IsAtomic => _atomicScopes > 0;

    /// <summary>To be called with the write lock, before anything is modified: recovers if the last holder died.</summary>
    /// <remarks>Within one hold of the lock only the first call does anything.</remarks>
    /// <param name="deadline">Until when recovery waits for readers of other processes; null for as long as it takes.</param>
    /// <exception cref="CorruptFileException">The table is damaged; the next holder will find out the same.</exception>
    /// <exception cref="LockTimeoutException">The deadline has passed; the next holder recovers.</exception>
    public void Begin(Deadline? deadline = null)
    {
        if (storage.IsBeingModified)
            return;
        Debug.Assert(_atomicScopes == 0, "No atomic scope outlives the lock that it was opened under.");
        Debug.Assert(_sequences is not { HasOpen: true }, "The last holder of this process has closed its sequence words.");
        _changes?.Begin();
        if (recoverer.IsNeeded)
            recoverer.Recover(RecoveryReason.DeadHolder, deadline: deadline);

        // Dying from here on makes the next holder of the lock recover.
        storage.IsDirty = true;
        storage.IsBeingModified = true;
        NoteWhetherValid();
    }

    /// <summary>Shows readers what was done so far, unless it can still be taken back; the transaction goes on.</summary>
    public void Show()
    {
        if (!storage.IsBeingModified || _journal is not null and not { State: JournalState.Idle })
            return;
        _sequences?.CloseAll();
        if (_changes is null)
            return;
        _changes.Wake();
        _changes.Begin();
    }

    /// <summary>To be called before the write lock is released: shows readers what was done.</summary>
    public void End()
    {
        if (!storage.IsBeingModified)
            return;
        storage.IsBeingModified = false;
        Debug.Assert(_atomicScopes == 0, "An atomic scope is closed before the lock is released.");
        AssertStillValid();

        // A change that could be neither completed nor taken back stays unsettled, and readers stay out.
        if (_journal is not null && _journal.State != JournalState.Idle)
        {
            _sequences?.LeaveOpen();
            return;
        }

        _sequences?.CloseAll();
        _changes?.Publish(); // What was not said yet: the table's creation, or an edit that an exception ended.
        storage.IsDirty = false;
    }

    /// <summary>Wakes readers of the feed; to be called when the lock is free among processes.</summary>
    public void WakeReaders() => _changes?.Wake();

    /// <summary>Ends a gradual rehash for those who do not know of it.</summary>
    public void FinishRehash()
    {
        _ = storage.Rehash.Finish(storage.OpenDescriptor(), keepCells: false);
        storage.Rehash.Forget(); // Dying before the table is given away leaves one that is in order.
    }

    /// <summary>Opens the descriptor for one change, and does the change's share of a rehash that is under way.</summary>
    public DescriptorView OpenForChange()
    {
        DescriptorView descriptor = storage.OpenDescriptor();
        if (_atomicScopes == 0)
            storage.Rehash.Advance(descriptor, 1);
        else
            _changesInScopes++;
        return descriptor;
    }

    /// <summary>Begins a change of a key: readers of it are disturbed from here on, and it can be taken back.</summary>
    /// <param name="descriptor">The table's descriptor.</param>
    /// <param name="key">The key.</param>
    /// <param name="recordsAtMost">How many records it takes in the journal.</param>
    /// <exception cref="TransactionTooLargeException">It does not fit into the atomic scope.</exception>
    public UndoJournal.Savepoint BeginChange(DescriptorView descriptor, int key, long recordsAtMost)
    {
        _sequences?.OpenKey(key);
        return _journal?.Begin(descriptor, recordsAtMost) ?? default;
    }

    /// <summary>The change becomes permanent, or part of the atomic scope, and everybody is told so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CommitChange(ChangeKind kind, int key, int detail)
    {
        _changes?.Append(kind, key, detail); // Before the commit: dying right after that must not hide it.
        _journal?.Commit();
        PublishChanges();
        storage.Counters.Count(Counter.Writes);
    }

    /// <summary>Takes a change back that failed.</summary>
    public void RollBackChange(DescriptorView descriptor, in UndoJournal.Savepoint before) =>
        _journal?.RollBack(descriptor, before);

    /// <summary>Tells readers of the feed what is permanent; in an atomic scope nothing is.</summary>
    public void PublishChanges()
    {
        if (_atomicScopes == 0)
            _changes?.Publish();
    }

    /// <summary>Frees the pages of a binding that nothing points to any more; in an atomic scope at its end.</summary>
    public void Free(DescriptorView descriptor, int firstPage, long pages)
    {
        if (_atomicScopes > 0)
            _journal!.Keep(firstPage, pages);
        else
            storage.FreeList.Put(descriptor, firstPage);
    }

    /// <summary>Begins an atomic scope, or one within another.</summary>
    /// <exception cref="InvalidTableOperationException">There is no journal.</exception>
    public Savepoint BeginAtomic()
    {
        if (_journal is null)
        {
            throw new InvalidTableOperationException(
                $"{storage.Pages.Name}: only tables with locking {LockingMethod.Futex} have transactions");
        }

        DescriptorView descriptor = storage.OpenDescriptor();
        if (_atomicScopes == 0)
        {
            // Cells stay where they are while changes may be taken back, so that theirs are made up for here.
            storage.Rehash.PurgeBeforeTransaction(descriptor);
            storage.Rehash.Advance(descriptor, _changesInScopes + 1);
            _changesInScopes = 0;
        }

        UndoJournal.Savepoint before = _journal.Begin(descriptor, recordsAtMost: 0, isTransaction: true);
        _atomicScopes++;
        return new Savepoint(before, _changes?.Pending ?? 0);
    }

    /// <summary>Ends an atomic scope; the outermost one becomes permanent at this point.</summary>
    public void CommitAtomic()
    {
        DescriptorView descriptor = storage.OpenDescriptor();
        foreach (int firstPage in _journal!.KeptUntilNow)
            storage.FreeList.Put(descriptor, firstPage);
        _atomicScopes--;
        _journal.Commit();
        _journal.EndTransaction();
        PublishChanges();
    }

    /// <summary>Ends an atomic scope and takes back what was done since it began.</summary>
    public void RollBackAtomic(in Savepoint before)
    {
        _atomicScopes--;
        _changes?.DiscardAfter(before.LastChange);
        _journal!.RollBack(storage.OpenDescriptor(), before.Journal);
        _journal.EndTransaction();
    }

    [Conditional("DEBUG")]
    private void NoteWhetherValid() => _wasValid = FindBadWord() is null;

    [Conditional("DEBUG")]
    private void AssertStillValid() =>
        Debug.Assert(!_wasValid || FindBadWord() is null, "Modifications leave a valid descriptor.", $"{FindBadWord()}");

    /// <summary>What the check would hold against the descriptor.</summary>
    private BadWord? FindBadWord() => storage.DescriptorAsItIs.Validate(storage.Pages.WordsPerPage);

    /// <summary>What there was when an atomic scope began.</summary>
    /// <param name="Journal">The table.</param>
    /// <param name="LastChange">The number of the last change.</param>
    public readonly record struct Savepoint(UndoJournal.Savepoint Journal, long LastChange);
}
