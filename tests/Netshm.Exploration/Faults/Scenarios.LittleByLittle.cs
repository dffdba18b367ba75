using static Netshm.Exploration.Scenario;

namespace Netshm.Exploration;

/// <content>Modifications beside a rehash that is done a few cells at a time.</content>
internal static partial class Scenarios
{
    /// <summary>A key that finds a never-used cell where others find those of <see cref="FewKeysInManyCells"/>.</summary>
    private const int NewCell = 514;

    /// <summary>Single modifications and groups.</summary>
    public static IEnumerable<Scenario> LittleByLittle =>
    [
        new("make the next extent ready", LargeTable, t => AddMany(t, 100, 22), [t => AddMany(t, 200, 1)]),
        new("begin a rehash", LargeTable, t => AddMany(t, 100, 24), [t => AddMany(t, 200, 1)]),
        new("begin a rehash in the same table", LargeTable, FewKeysInManyCells, [t => AddMany(t, NewCell, 1)]),
        new("search the new layout", LargeTable, BeforeTheEndOf(RehashPhase.Filling), [t => AddMany(t, 200, 1)]),
        new("search the cells again", LargeTable, BeforeTheEndOf(RehashPhase.Copying), [t => AddMany(t, 200, 1)]),
        new("end a rehash", LargeTable, BeforeTheEndOf(RehashPhase.Clearing), [t => AddMany(t, 200, 1)]),
        new("modify while the new layout is filled", LargeTable, InTheMiddleOf(RehashPhase.Filling), MixedBeside),
        new("modify while cells are copied", LargeTable, InTheMiddleOf(RehashPhase.Copying), MixedBeside),
        new("modify while spare words are cleared", LargeTable, InTheMiddleOf(RehashPhase.Clearing), MixedBeside),
        new("drop unbound cells", LargeTable, FewKeysInManyCells, [.. Enumerable.Range(600, 20).SelectMany(AddAndRemove)]),
    ];

    /// <summary>Transactions.</summary>
    public static IEnumerable<Scenario> TransactionsBetween =>
    [
        new("a transaction while the new layout is filled", LargeTable, InTheMiddleOf(RehashPhase.Filling),
            MixedBeside, Unit.Transaction),
        new("a transaction while cells are copied", LargeTable, InTheMiddleOf(RehashPhase.Copying),
            MixedBeside, Unit.Transaction),
        new("a transaction that begins when the new layout is complete", LargeTable, BeforeTheEndOf(RehashPhase.Filling),
            MixedBeside, Unit.Transaction),
        new("a transaction that can not wait for the rehash", LargeTable, InTheMiddleOf(RehashPhase.Filling),
            [t => t.Remove(100), t => t.Remove(1), t => AddMany(t, 200, 16), t => t.Remove(201)], Unit.Transaction),
        new("a transaction that can not wait for the rehash, and fails", LargeTable, InTheMiddleOf(RehashPhase.Filling),
            [t => Failing(t, [u => u.Remove(100), u => u.Remove(1), u => AddMany(u, 200, 16), u => u.Remove(201)])]),
        new("a transaction for whose keys the new layout has no room", LargeTable, KeysThatCameAndWent,
            [t => AddMany(t, 201, 17), t => AddMany(t, 2000, 16)], Unit.Transaction),
        new("a transaction that begins a rehash, and fails", LargeTable, t => AddMany(t, 100, 22),
            [t => Failing(t, [u => u.Remove(105), u => AddMany(u, 200, 3), u => u.Replace(106, Value(1, Long))])]),
        new("a transaction that begins a rehash in the same table", LargeTable, FewKeysInManyCells,
            [t => t.Remove(100), t => t.Add(NewCell, Value(1, Short)), t => t.Replace(101, Value(2, TwoPages))], Unit.Transaction),
    ];

    /// <summary>Keys that a rehash has come by, keys that it has not, and new ones.</summary>
    private static Action<ShmTable>[] MixedBeside =>
    [
        t => t.Replace(1, Value(71, Long)),
        t => t.Replace(112, Value(72, TwoPages)),
        t => t.Remove(3),
        t => t.Remove(113),
        t => t.Add(2, Value(73, FourPages)),
        t => t.Add(300, Value(74, Short)),
        t => t.Add(3, Value(75, Short)),
    ];

    private static Action<ShmTable>[] AddAndRemove(int key) => [t => t.Add(key, Value(key, 1)), t => t.Remove(key)];

    private static Action<ShmTable> InTheMiddleOf(RehashPhase phase) => table =>
        FillUntil(table, phase, (next, cells) => next >= cells / 2);

    private static Action<ShmTable> BeforeTheEndOf(RehashPhase phase) => table =>
        FillUntil(table, phase, (next, cells) =>
            next + (phase == RehashPhase.Filling ? Rehash.CellsToFill : Rehash.CellsToCopy) >= cells);

    private static void FillUntil(ShmTable table, RehashPhase phase, Func<int, int, bool> isFarEnough)
    {
        Few(table);
        AddMany(table, 100, 20);
        for (int key = 120; !IsAt(table, phase, isFarEnough); key++)
            table.Replace(key % 4 == 0 ? key : 119, Value(key, 1));
    }

    private static bool IsAt(ShmTable table, RehashPhase phase, Func<int, int, bool> isFarEnough) =>
        table.Storage.OpenDescriptor().RehashPhase == phase && table.Storage.IsRehashing(out int next)
        && isFarEnough(next, table.Storage.OpenDescriptor().Cells);

    /// <summary>The new layout has entries of keys whose cell others, which search the same cells, have taken over.</summary>
    private static void KeysThatCameAndWent(ShmTable table)
    {
        FewKeysInManyCells(table);
        table.Add(NewCell, Value(1, 1));
        RunAll(table, [.. Enumerable.Range(1, 9).SelectMany(i => AddAndRemove(200 + (i * LargeTableCells)))]);
    }

    /// <summary>One cell more begins a rehash, and a larger table is not needed for it.</summary>
    private static void FewKeysInManyCells(ShmTable table)
    {
        AddMany(table, 100, 4);
        for (int key = 200; !IsHalfUsed(table); key++)
        {
            table.Add(key, Value(key, 1));
            table.Remove(key);
        }
    }
}
