namespace Netshm.Recovery;

/// <summary>Brings a table in order after a death, and finds out whether that is needed.</summary>
/// <remarks>docs/Architecture.md, "Why a table is recovered". The caller holds the write lock. It can be repeated from the start at any time.</remarks>
internal sealed class Recoverer(TableStorage storage)
{
    private readonly UndoJournal? _journal = storage.Journal;

    /// <summary>Called after a recovery, by the thread that made it, under the write lock.</summary>
    public Action<TableRecovery>? Recovered { get; init; }

    /// <summary>Whether the last holder of the lock left something to be done before anything is modified.</summary>
    public bool IsNeeded => !storage.Rehash.IsInOrder(storage.OpenDescriptor()) || storage.IsDirty;

    /// <summary>Whether a reader under the lock has to get the write lock first, to recover.</summary>
    /// <remarks>
    /// Where the order of stores is all there is, a table is readable after any death; where there is a journal, it is so
    /// after recovery.
    /// </remarks>
    public bool IsNeededToRead => !storage.IsBeingModified
        && (!storage.Rehash.IsInOrder(storage.OpenDescriptor()) || (_journal is not null && storage.IsDirty));

    /// <summary>Whether a process that can't recover may read all the same.</summary>
    public bool CanReadUnrecovered => _journal is null && storage.OpenDescriptor().RehashPhase != RehashPhase.Copying;

    /// <summary>What a process that is alone with a table knows of it by the sidecar that was found beside it.</summary>
    public RecoveryReason ReasonBy(Sidecar sidecar) =>
        sidecar.Generation != Generation || _journal is not { IsOfTable: true } ? RecoveryReason.OpenedWithoutPast
        : sidecar.IsClean || sidecar.IsOfThisBoot ? RecoveryReason.OpenedAlone
        : RecoveryReason.OpenedAfterRestart;

    /// <summary>The table's generation; 0 before the first process has come to it.</summary>
    public int Generation => storage.Master.Generation;

    /// <summary>Brings the table in order, as far as the reason and its state ask for it.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="isFeedNew">Whether the feed begins with a table that has bindings.</param>
    /// <param name="deadline">Until when to wait for readers of other processes; null for as long as it takes.</param>
    /// <exception cref="ReadOnlyTableException">It is not in order, and this process may not modify it.</exception>
    /// <exception cref="CorruptFileException">The table is damaged; the next holder of the lock will find out the same.</exception>
    /// <exception cref="LockTimeoutException">A reader of another process was in the way until the deadline.</exception>
    public void Recover(RecoveryReason reason, bool isFeedNew = false, Deadline? deadline = null)
    {
        bool isAlone = reason is not (RecoveryReason.DeadHolder or RecoveryReason.Repair);
        bool isPastKnown = !isAlone || reason == RecoveryReason.OpenedAlone;
        bool isInOrder = reason == RecoveryReason.OpenedAlone && !IsNeeded && _journal is not { State: not JournalState.Idle };
        if (!isInOrder)
            ThrowIfReadOnly();

        // First: dying when the table is said to be in order must not leave a feed that seems to know everything.
        if (!isPastKnown || isFeedNew)
            storage.Changes?.RecordUnknown();
        if (!isInOrder)
            Restore(reason, deadline);
        if (isAlone)
            storage.Sequences?.Settle();
    }

    /// <summary>
    /// Says in table and sidecar that they belong together from now on, and not to copies of before. Dying between the two
    /// stores leaves two numbers: a process that comes alone then checks the table. The table is in order, and the journal idle.
    /// </summary>
    public void RaiseGeneration()
    {
        if (storage.Sidecar is not { Sidecar: var sidecar } || !storage.Pages.IsWritable)
            return;
        MasterView master = storage.Master;
        int generation = unchecked(master.Generation + 1);
        sidecar.Generation = generation == 0 ? 1 : generation; // 0 is a table that no process has come to.
        master.Generation = sidecar.Generation;
        _journal!.BelongToTable();
    }

    private void Restore(RecoveryReason reason, Deadline? deadline)
    {
        bool isJournalLost = false;
        if (reason == RecoveryReason.OpenedWithoutPast)
        {
            isJournalLost = _journal is { HasUnfinishedWork: true };
            _journal?.Clear(); // It is about another table, or about this one at another time.
        }

        ThrowIfUnfinished();

        // Set first: whatever process comes next, should this one fail or die, has to begin again.
        storage.IsDirty = true;
        JournalState state = _journal?.State ?? JournalState.Idle;
        bool isUnknown = reason == RecoveryReason.DeadHolder ? _journal is null : reason != RecoveryReason.OpenedAlone;
        bool scan = isUnknown || state is not (JournalState.Idle or JournalState.Active);
        DescriptorView descriptor = storage.OpenDescriptor();
        bool rehash = SettleRehash(descriptor, scan, keepCells: state == JournalState.Active);
        int undone = 0;
        if (state == JournalState.Active)
        {
            undone = _journal!.Count;
            _journal.UndoAll(descriptor);
        }

        int reclaimed = scan ? Scan(deadline) : 0;
        SayInOrder(state, isJournalLost);
        storage.Counters.Count(Counter.Recoveries);
        Recovered?.Invoke(new TableRecovery(rehash, undone, scan, reclaimed) { IsJournalLost = isJournalLost });
    }

    /// <summary>Finds pages that nothing refers to, of which the journal may know nothing.</summary>
    private int Scan(Deadline? deadline)
    {
        if (!storage.HasDirtyFlag)
            return 0;
        storage.Processes.LockAllContent(deadline ?? Deadline.Never);
        return TableRepair.Run(storage);
    }

    private void SayInOrder(JournalState state, bool isJournalLost)
    {
        storage.Changes?.Recover(state);
        _journal?.Clear();
        if (!isJournalLost)
            _journal?.EndTransaction(); // It is taken back, and must not seem lost while the generations differ.
        RaiseGeneration();
        _journal?.EndTransaction(); // A lost one is told of by every process that has to look at the whole table.
        storage.Sequences?.Settle();
        storage.IsDirty = false;
    }

    /// <summary>Lets a rehash be gone on with; finishes it where it is not known how far it got.</summary>
    /// <returns>Whether one was finished.</returns>
    private bool SettleRehash(DescriptorView descriptor, bool isUnknown, bool keepCells)
    {
        if (isUnknown)
            storage.Rehash.Forget(); // A change without records may have been made in one of two layouts only.
        if (!storage.Rehash.IsInOrder(descriptor))
            return storage.Rehash.Finish(descriptor, keepCells);
        storage.Rehash.Mend(descriptor);
        return false;
    }

    private void ThrowIfReadOnly()
    {
        if (!storage.Pages.IsWritable)
        {
            throw new ReadOnlyTableException(
                $"{storage.Pages.Name}: a process died while it modified the table; it must be opened for writing to recover");
        }
    }

    private void ThrowIfUnfinished()
    {
        if (storage.IsUnfinished)
        {
            throw new CorruptFileException(storage.Pages.Name, Layout.MasterPage, 0,
                "a process died while it created the table; the next one that opens it creates it");
        }
    }
}
