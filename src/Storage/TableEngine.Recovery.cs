using Netshm.Format;
using Netshm.Locking;
using Netshm.Recovery;

namespace Netshm.Storage;

/// <content>How a table is brought in order after a death, and how a process that is alone finds it.</content>
internal sealed partial class TableEngine
{
    /// <summary>Brings the table in order as the only process that uses it, if need be.</summary>
    /// <param name="past">What is known of its state.</param>
    /// <param name="isFeedNew">Whether the feed begins with a table that has bindings.</param>
    /// <exception cref="ReadOnlyTableException">It is not in order, and this process may not modify it.</exception>
    public void SettleAlone(TablePast past, bool isFeedNew)
    {
        bool isKnown = past == TablePast.Known;
        bool isInOrder = isKnown && !IsUnsettled() && _journal is not { State: not JournalState.Idle };
        if (!isInOrder)
            ThrowIfCantRecover();

        // First: who dies when the table is said to be in order must not leave a feed that seems to know everything.
        if (!isKnown || isFeedNew)
            _changes?.RecordUnknown();
        if (!isInOrder)
            RecoverAlone(past);
        _sequences?.Settle();
    }

    /// <summary>What can be told of the table's past by the sidecar that was found beside it.</summary>
    public TablePast PastBy(Sidecar sidecar) =>
        sidecar.Generation != Generation || _journal is not { IsOfTable: true } ? TablePast.Unknown
        : sidecar.IsClean || sidecar.IsOfThisBoot ? TablePast.Known
        : TablePast.SidecarSeen;

    /// <summary>The table's generation; 0 before the first process has come to it.</summary>
    public int Generation => new MasterView(Pages.Words(Layout.MasterPage, MasterView.LengthInWords)).Generation;

    /// <summary>
    /// Says in table and sidecar that they belong together from now on, and not to copies of before. Dying between the two
    /// stores leaves two numbers: who comes alone then checks the table. The table is in order, and the journal idle.
    /// </summary>
    public void RaiseGeneration()
    {
        if (Sidecar is null || !Pages.IsWritable)
            return;
        var master = new MasterView(Pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        int generation = unchecked(master.Generation + 1);
        Sidecar.Sidecar.Generation = generation == 0 ? 1 : generation; // 0 is a table that no process has come to.
        master.Generation = Sidecar.Sidecar.Generation;
        _journal!.BelongToTable();
    }

    private void RecoverAlone(TablePast past)
    {
        bool isJournalLost = past == TablePast.Unknown && _journal is { HasUnfinishedWork: true };
        if (past == TablePast.Unknown)
            _journal?.Clear(); // It is about another table, or about this one at another time.
        bool isKnown = past == TablePast.Known;
        if (!isKnown)
            _rehash.Forget();
        Recover(scan: !isKnown, isJournalLost: isJournalLost);
    }

    /// <summary>Brings a table in order after a death; can be repeated from the start at any time.</summary>
    /// <param name="scan">Whether to look for what nobody refers to, though the journal may know nothing of it.</param>
    /// <param name="deadline">Until when to wait for readers of other processes; null for as long as it takes.</param>
    /// <param name="isJournalLost">Whether unfinished work is known of that can't be taken back.</param>
    /// <exception cref="ReadOnlyTableException">This process has the table open for reading only.</exception>
    /// <exception cref="LockTimeoutException">A reader of another process was in the way until the deadline.</exception>
    public void Recover(bool scan, Deadline? deadline = null, bool isJournalLost = false)
    {
        ThrowIfCantRecover();
        if (IsUnfinished)
        {
            throw new CorruptFileException(Pages.Name, Layout.MasterPage, 0,
                "a process died while it created the table; who opens it next creates it");
        }

        // Set first: whoever comes next, should this fail or die, has to begin again.
        _mark?.IsSet = true;
        DescriptorView descriptor = OpenDescriptor();
        JournalState state = _journal?.State ?? JournalState.Idle;
        bool rehash = SettleRehash(descriptor, scan || state == JournalState.Scan, keepCells: state == JournalState.Active);
        int undone = 0;
        if (state == JournalState.Active)
        {
            undone = _journal!.Count;
            _journal.UndoAll(descriptor);
        }

        scan |= state == JournalState.Scan;
        int reclaimed = 0;
        if (scan && _mark is not null)
        {
            _processes.LockAllContent(deadline ?? Deadline.Never);
            reclaimed = TableRepair.Run(this);
        }

        _changes?.Recover(state);
        _journal?.Clear();
        if (!isJournalLost)
            _journal?.EndTransaction(); // It is taken back, and must not seem lost while the generations differ.
        RaiseGeneration();
        _journal?.EndTransaction(); // A lost one is told of by everybody who has to look at the whole table.
        _sequences?.Settle();
        _mark?.IsSet = false;
        Counters.Count(Counter.Recoveries);
        Recovered?.Invoke(new TableRecovery(rehash, undone, scan, reclaimed) { IsJournalLost = isJournalLost });
    }

    /// <summary>Lets a rehash be gone on with; finishes it where it is not known how far it got.</summary>
    /// <returns>Whether one was finished.</returns>
    private bool SettleRehash(DescriptorView descriptor, bool isUnknown, bool keepCells)
    {
        if (isUnknown)
            _rehash.Forget(); // A change without records may have been made in one of two layouts only.
        if (!_rehash.IsInOrder(descriptor))
            return _rehash.Finish(descriptor, keepCells);
        _rehash.Mend(descriptor);
        return false;
    }

    private void ThrowIfCantRecover()
    {
        if (!Pages.IsWritable)
        {
            throw new ReadOnlyTableException(
                $"{Pages.Name}: a process died while it modified the table; it must be opened for writing to recover");
        }
    }

    private bool IsUnsettled() => !_rehash.IsInOrder(OpenDescriptor()) || _mark is { IsSet: true };
}
