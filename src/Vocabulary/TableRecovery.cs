namespace Netshm;

/// <summary>What was done about a table whose last writer died at work.</summary>
/// <param name="RehashFinished">Whether a re-organisation of the hash table was finished.</param>
/// <param name="RecordsUndone">How many records of an unfinished operation or transaction were taken back.</param>
/// <param name="Scanned">Whether the whole table was looked at, to find what was left.</param>
/// <param name="PagesReclaimed">How many pages that nothing referred to went into the free list.</param>
public sealed record TableRecovery(bool RehashFinished, int RecordsUndone, bool Scanned, int PagesReclaimed)
{
    /// <summary>
    /// Whether an operation or a transaction was under way that could not be taken back, since its undo journal was gone or
    /// that of another time: the table's file was restored from a copy, or its sidecar was removed. The table is consistent;
    /// a part of a transaction may be in it.
    /// </summary>
    public bool IsJournalLost { get; init; }
}
