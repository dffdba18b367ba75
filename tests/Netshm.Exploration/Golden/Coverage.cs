namespace Netshm.Exploration;

/// <summary>What scripts have to do often enough.</summary>
internal enum Covered
{
    // Modifications.
    Add, Replace, Remove, RemoveOlder, Edit, AddMany, ReplaceMany, TypedAdd, TypedReplace, TypedRemove, TypedUpdate, RawStore,
    SeveralPages, HugeValue,

    // Reading.
    Find, FindMany, FindAll, ReadBlocks, Iterate, Statistics, Check, Flush, ReadChanges, WaitForChanges, ReadOnlyVisit,

    // Units.
    Group, ReadingGroup, GroupOnDemand, Publishing, Transaction, FailedTransaction, NestedTransaction, FailedNestedTransaction,

    // Processes and files.
    Creation, CreationAnew, Opening, Closing, Conversion, WantedFeed, LostSidecar, RestoredCopy, SeveralProcesses, TimeOut, Owning,
    PublisherLock, Intrusion, Refusal,

    // Deaths, and what comes after them.
    Death, DeathInOpening, DeathInClosing, DeathInTransaction, DeathInConversion, DeathInHugeValue, DeathAfterDeath, RecoveryByJournal,
    RecoveryByScan, LostJournal,

    // What is seen of the table.
    PagesAdded, FileGrowth, JournalGrowth, GradualRehash, RehashAtOnce,
}

/// <summary>How often scripts did what they are there for.</summary>
internal sealed class Coverage
{
    /// <summary>How often each has to come at least, in all scripts of a locking method.</summary>
    private static readonly Dictionary<Covered, (int Futex, int Record, int None)> s_least = new()
    {
        [Covered.Add] = (5400, 900, 1000),
        [Covered.Replace] = (4300, 800, 800),
        [Covered.Remove] = (3200, 600, 600),
        [Covered.RemoveOlder] = (1100, 100, 200),
        [Covered.Edit] = (1100, 100, 200),
        [Covered.AddMany] = (1000, 100, 200),
        [Covered.ReplaceMany] = (1000, 100, 200),
        [Covered.TypedAdd] = (600, 100, 100),
        [Covered.TypedReplace] = (600, 100, 100),
        [Covered.TypedRemove] = (600, 100, 100),
        [Covered.TypedUpdate] = (600, 100, 100),
        [Covered.RawStore] = (500, 100, 100),
        [Covered.SeveralPages] = (2800, 500, 500),
        [Covered.HugeValue] = (10, 0, 0),
        [Covered.Find] = (2000, 400, 500),
        [Covered.FindMany] = (600, 100, 100),
        [Covered.FindAll] = (600, 100, 200),
        [Covered.ReadBlocks] = (600, 100, 200),
        [Covered.Iterate] = (600, 100, 200),
        [Covered.Statistics] = (600, 100, 200),
        [Covered.Check] = (600, 100, 100),
        [Covered.Flush] = (600, 100, 100),
        [Covered.ReadChanges] = (200, 10, 0),
        [Covered.WaitForChanges] = (100, 1, 0),
        [Covered.ReadOnlyVisit] = (200, 100, 300),
        [Covered.Group] = (1200, 300, 300),
        [Covered.ReadingGroup] = (400, 100, 100),
        [Covered.GroupOnDemand] = (400, 100, 100),
        [Covered.Publishing] = (1300, 300, 400),
        [Covered.Transaction] = (1700, 40, 0),
        [Covered.FailedTransaction] = (800, 20, 0),
        [Covered.NestedTransaction] = (1800, 40, 0),
        [Covered.FailedNestedTransaction] = (900, 10, 0),
        [Covered.Creation] = (200, 90, 100),
        [Covered.CreationAnew] = (100, 30, 50),
        [Covered.Opening] = (2600, 800, 400),
        [Covered.Closing] = (1900, 600, 600),
        [Covered.Conversion] = (90, 30, 0),
        [Covered.WantedFeed] = (100, 70, 100),
        [Covered.LostSidecar] = (70, 5, 0),
        [Covered.RestoredCopy] = (30, 2, 0),
        [Covered.SeveralProcesses] = (6700, 2200, 0),
        [Covered.TimeOut] = (700, 4, 0),
        [Covered.Owning] = (200, 5, 0),
        [Covered.PublisherLock] = (100, 2, 0),
        [Covered.Intrusion] = (200, 70, 0),
        [Covered.Refusal] = (500, 90, 0),
        [Covered.Death] = (1200, 300, 0),
        [Covered.DeathInOpening] = (90, 10, 0),
        [Covered.DeathInClosing] = (20, 1, 0),
        [Covered.DeathInTransaction] = (400, 10, 0),
        [Covered.DeathInConversion] = (10, 4, 0),
        [Covered.DeathInHugeValue] = (8, 0, 0),
        [Covered.DeathAfterDeath] = (200, 70, 0),
        [Covered.RecoveryByJournal] = (400, 10, 0),
        [Covered.RecoveryByScan] = (100, 100, 0),
        [Covered.LostJournal] = (10, 1, 0),
        [Covered.PagesAdded] = (9900, 2300, 2900),
        [Covered.FileGrowth] = (10, 3, 2),
        [Covered.JournalGrowth] = (5, 0, 0),
        [Covered.GradualRehash] = (300, 40, 0),
        [Covered.RehashAtOnce] = (100, 80, 100),
    };

    private readonly int[] _counts = new int[Enum.GetValues<Covered>().Length];

    public void Count(Covered what) => _counts[(int)what]++;

    public void CountIf(bool condition, Covered what)
    {
        if (condition)
            Count(what);
    }

    /// <summary>What came too seldom in the scripts of a locking method; a guard that does not see it is none.</summary>
    public string Missing(LockingMethod locking) => Describe(
        s_least.Where(least => _counts[(int)least.Key] < LeastFor(locking, least.Value)).Select(least => least.Key));

    public override string ToString() => Describe(Enum.GetValues<Covered>());

    private static int LeastFor(LockingMethod locking, (int Futex, int Record, int None) least) => locking switch
    {
        LockingMethod.Futex => least.Futex,
        LockingMethod.Record => least.Record,
        _ => least.None,
    };

    private string Describe(IEnumerable<Covered> all) => string.Join(", ", all.Select(what => $"{what} {_counts[(int)what]}"));
}
