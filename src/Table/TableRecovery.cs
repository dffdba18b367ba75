namespace Netshm;

/// <summary>What was done about a table whose last writer died at work.</summary>
/// <param name="RehashFinished">Whether a re-organisation of the hash table was finished.</param>
/// <param name="RecordsUndone">How many stores of an unfinished operation or transaction were taken back.</param>
/// <param name="Scanned">Whether the whole table was looked at, to find what was left.</param>
/// <param name="PagesReclaimed">How many pages that nothing referred to went into the free list.</param>
public sealed record TableRecovery(bool RehashFinished, int RecordsUndone, bool Scanned, int PagesReclaimed);
