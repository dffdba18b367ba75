namespace Netshm.Storage;

/// <content>The number by which table and journal are told to be of one time; docs/Protocol.md, "Whose sidecar it is".</content>
internal sealed partial class UndoJournal
{
    /// <summary>How many undo scopes come between two stamps; a transaction always gets one.</summary>
    private const int ScopesPerStamp = 1024;

    private int _scopesUntilStamp;

    /// <summary>Whether the table is the one, and of the time, that the records are about.</summary>
    /// <remarks>
    /// A copy of the table that was made while it was in use, and put in its place again, has an older stamp, unless it was
    /// made within the last <see cref="ScopesPerStamp"/> changes.
    /// </remarks>
    public bool IsOfTable => (_header.Value.Stamp >> 1) == (Master.Stamp >> 1);

    /// <summary>Whether the records, or the table's stamp, say that something is not complete.</summary>
    public bool HasUnfinishedWork => State != JournalState.Idle || (Master.Stamp & 1) != 0;

    private MasterView Master => new(_pages.Words(Layout.MasterPage, MasterView.LengthInWords));

    /// <summary>
    /// Says, while it is idle and the table in order, that the journal is about this table, of this time. Dying before it leaves
    /// one that is checked again.
    /// </summary>
    public void BelongToTable()
    {
        int stamp = Master.Stamp & ~1;
        if (_header.Value.Stamp != stamp)
            SharedWord.Store(ref _header.Value.Stamp, stamp);
    }

    /// <summary>To be called when the outermost scope of a transaction has ended.</summary>
    public void EndTransaction()
    {
        MasterView master = Master;
        if (_depth == 0 && (master.Stamp & 1) != 0)
            master.Stamp &= ~1; // Dying before this leaves the word to recovery, which finds the journal idle.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StampNowAndThen()
    {
        if (--_scopesUntilStamp < 0)
            Stamp(isTransaction: false);
    }

    /// <summary>
    /// Gives the table and the journal, which is idle, a new number. Dying between the two stores leaves two numbers, and
    /// nothing to take back; a process that comes alone then checks the table.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // It is rare, and what is usual stays short.
    private void Stamp(bool isTransaction)
    {
        _scopesUntilStamp = ScopesPerStamp - 1;
        MasterView master = Master;
        int stamp = unchecked((master.Stamp & ~1) + 2);
        SharedWord.Store(ref _header.Value.Stamp, stamp);
        master.Stamp = stamp | (isTransaction ? 1 : 0);
    }
}
