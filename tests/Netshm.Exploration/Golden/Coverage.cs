namespace Netshm.Exploration;

/// <summary>What scripts have to do often enough.</summary>
internal enum Covered
{
    // Modifications.
    Add, Replace, Remove, RemoveOlder, Edit, AddMany, ReplaceMany, ManyPages, TypedAdd, TypedReplace, TypedRemove, TypedUpdate,
    RawStore,

    // Reading.
    Find, FindMany, FindAll, ReadBlocks, Iterate, Statistics, Check, Flush, ReadChanges, WaitForChanges, ReadOnlyVisit,

    // Units.
    Group, ReadingGroup, GroupOnDemand, Publishing, Transaction, FailedTransaction, NestedTransaction, FailedNestedTransaction,
    PublisherLock,

    // Processes.
    Creation, CreationAnew, Opening, Closing, Conversion, WantedFeed, LostSidecar, RestoredCopy, SeveralProcesses, TimeOut, Owning, Intrusion,

    // What happens to them and to the table.
    Death, DeathInOpening, DeathInClosing, DeathInTransaction, DeathInConversion, DeathAfterDeath, RecoveryByJournal, RecoveryByScan,
    LostJournal, PagesAdded, FileGrowth, RehashByAndBy, RehashAtOnce, Refusal,
}

/// <summary>How often scripts did what they are there for.</summary>
internal sealed class Coverage
{
    private readonly int[] _counts = new int[Enum.GetValues<Covered>().Length];

    public void Count(Covered what) => _counts[(int)what]++;

    public void CountIf(bool condition, Covered what)
    {
        if (condition)
            Count(what);
    }

    public override string ToString() => string.Join(", ",
        Enum.GetValues<Covered>().Select(what => $"{what} {_counts[(int)what]}"));
}
