using static Netshm.Exploration.Scenario;

namespace Netshm.Exploration;

/// <summary>The modifications that processes die in.</summary>
internal static partial class Scenarios
{
    /// <summary>Keys that search the same cells of a table with three cells, or of one with forty-two.</summary>
    private const int SmallTable = 1, LargeTable = 20, LargeTableCells = 42;

    private const int Short = 3, Long = 8, TwoPages = 15, FourPages = 40, Huge = 900_000;

    /// <summary>Single modifications, which every locking method makes as a whole.</summary>
    public static IEnumerable<Scenario> Single =>
    [
        new("add a key", LargeTable, Few, [t => t.Add(7, Value(70, Short))]),
        new("add a key of four pages", LargeTable, Few, [t => t.Add(7, Value(70, FourPages))]),
        new("add an empty value", LargeTable, Few, [t => t.Add(7, [])]),
        new("add a further binding", LargeTable, Few, [t => t.Add(1, Value(70, TwoPages))]),
        new("add in free pages", LargeTable, FewAndFree, [t => t.Add(7, Value(70, Short))]),
        new("add in free and new pages", LargeTable, FewAndFree, [t => t.Add(7, Value(70, FourPages + FourPages))]),
        new("add in the cell of another key", LargeTable, Unbound, [t => t.Add(LargeTableCells + 1, Value(70, Short))]),
        new("replace by the same length", LargeTable, Few, [t => t.Replace(1, Value(70, Short))]),
        new("replace by a longer value", LargeTable, Few, [t => t.Replace(1, Value(70, FourPages))]),
        new("replace by a shorter value", LargeTable, Few, [t => t.Replace(3, Value(70, Long))]),
        new("replace four pages by three", LargeTable, Few, [t => t.Replace(3, Value(70, FourPages - Long))]),
        new("replace one of several bindings", LargeTable, Few, [t => t.Replace(2, Value(70, TwoPages))]),
        new("replace while pages are free", LargeTable, FewAndFree, [t => t.Replace(1, Value(70, Long))]),
        new("replace the newest of several while pages are free", LargeTable, FewAndFree, [t => t.Replace(2, Value(70, Short))]),
        new("replace four pages by one while pages are free", LargeTable, FewAndFree, [t => t.Replace(3, Value(70, Short))]),
        new("replace what is not bound", LargeTable, Few, [t => t.Replace(7, Value(70, Short))]),
        new("remove", LargeTable, Few, [t => t.Remove(1)]),
        new("remove one of several bindings", LargeTable, Few, [t => t.Remove(2)]),
        new("remove four pages", LargeTable, Few, [t => t.Remove(3)]),
        new("remove an older binding", LargeTable, Few, [t => RemoveSecond(t, 2)]),
        new("rehash into a larger table", SmallTable, Few, [t => AddMany(t, 10, 1)]),
        new("rehash in the same table", SmallTable, ManyUnbound, [t => AddMany(t, 500, 1)]),
    ];

    /// <summary>Several modifications as one.</summary>
    public static IEnumerable<Scenario> Groups =>
    [
        new("a group that replaces again and again", LargeTable, FewAndFree,
            [t => t.Replace(1, Value(70, Long)), t => t.Replace(1, Value(71, Short)), t => t.Replace(2, Value(72, Short))]),
        new("a group that takes and frees pages in both directions", LargeTable, FreeInBothDirections,
            [
                t => t.Add(8, Value(70, FourPages)), t => t.Remove(7), t => t.Add(9, Value(71, FourPages)),
                t => t.Replace(9, Value(72, TwoPages)), t => t.Remove(8),
            ]),
        new("a group", LargeTable, Few, Mixed),
        new("a group that rehashes", SmallTable, Few, [.. Mixed, t => t.Add(11, Value(74, 1)), t => t.Add(12, Value(75, 1))]),
    ];

    /// <summary>Several modifications that happen as a whole.</summary>
    public static IEnumerable<Scenario> Transactions =>
    [
        new("a transaction", LargeTable, FewAndFree, Mixed, Unit.Transaction),
        new("a transaction that rehashes", SmallTable, Few, [.. Mixed, t => AddMany(t, 10, 6)], Unit.Transaction),
        new("a transaction that uses pages it freed", LargeTable, Few,
            [t => t.Remove(3), t => t.Add(7, Value(70, FourPages)), t => t.Remove(7), t => t.Add(3, Value(71, Short))],
            Unit.Transaction),
        new("a transaction that takes the cell of a key it removed", LargeTable, Few,
            [t => t.Remove(1), t => t.Add(LargeTableCells + 1, Value(70, Short)), t => t.Remove(2), t => t.Remove(2)],
            Unit.Transaction),
        new("a transaction that removes and rehashes", SmallTable, Few,
            [t => t.Remove(1), t => t.Remove(3), t => AddMany(t, 10, 6)], Unit.Transaction),
        new("a transaction that rehashes in the same table", SmallTable, ManyUnbound,
            [t => t.Remove(400), t => AddMany(t, 500, 3), t => t.Remove(401)], Unit.Transaction),
        new("a transaction with one inside", LargeTable, Few,
            [Mixed[0], t => t.Transact(() => RunAll(t, Mixed[1..3])), Mixed[3]], Unit.Transaction),
        new("a transaction with one inside that fails", LargeTable, Few,
            [Mixed[0], t => Failing(t, Mixed[1..3]), Mixed[3], t => t.Add(9, Value(77, TwoPages))], Unit.Transaction),
        new("a transaction that fails", LargeTable, FewAndFree, [t => Failing(t, Mixed)], Unit.Group),
        new("a transaction that removes, rehashes and fails", SmallTable, Few,
            [t => Failing(t, [u => u.Remove(1), u => AddMany(u, 10, 6), u => u.Remove(2)])], Unit.Group),
        new("a transaction that uses the other half of the cells and fails", LargeTable, t => AddMany(t, 0, 20),
            [t => Failing(t, [u => RemoveMany(u, 0, 20), u => AddMany(u, 20, 22)])], Unit.Group),
        new("a transaction that takes free pages in one direction and frees others in both", LargeTable, FreeInBothDirections,
            [t => t.Remove(7), t => t.Add(8, Value(70, FourPages)), t => t.Replace(3, Value(71, TwoPages)), t => t.Remove(8)],
            Unit.Transaction),
        new("a transaction that takes the neighbours of pages that one inside has given back", LargeTable, FreeInBothDirections,
            [
                t => t.Add(8, Value(70, Short)), t => Failing(t, [u => u.Add(9, Value(71, TwoPages)), u => u.Remove(7)]),
                t => t.Add(9, Value(72, FourPages)), t => t.Remove(3),
            ], Unit.Transaction),
        new("a transaction that takes and frees pages in both directions, and fails", LargeTable, FreeInBothDirections,
            [t => Failing(t, [u => u.Add(8, Value(70, FourPages)), u => u.Remove(7), u => u.Replace(3, Value(71, FourPages))])]),
        new("a transaction that edits", LargeTable, Few, [t => Edit(t, 3), t => t.Add(3, Value(70, 1))], Unit.Transaction),
    ];

    /// <summary>Modifications that have more pages than the journal has room for.</summary>
    public static IEnumerable<Scenario> Oversized =>
    [
        new("add more than the journal holds", LargeTable, Few, [t => t.Add(7, Value(70, Huge))]),
        new("replace by more than the journal holds", LargeTable, FewAndFree, [t => t.Replace(3, Value(70, Huge))]),
        new("remove more than the journal holds", LargeTable, t => t.Add(7, Value(70, Huge)), [t => t.Remove(7)]),
        OversizedBeside,
    ];

    /// <summary>One of them, of a key that a rehash has laid out anew already.</summary>
    public static Scenario OversizedBeside { get; } = new(
        "replace by more than the journal holds while the new layout is filled", LargeTable,
        InTheMiddleOf(RehashPhase.Filling), [t => t.Replace(1, Value(70, Huge))]);

    /// <summary>All that have room in the journal, for tables with futex locking.</summary>
    public static IEnumerable<Scenario> WithFutex =>
        Single.Concat(Groups).Concat(Transactions).Concat(LittleByLittle).Concat(TransactionsBetween);

    private static Action<ShmTable>[] Mixed =>
    [
        t => t.Add(7, Value(70, TwoPages)),
        t => t.Replace(1, Value(71, Long)),
        t => t.Remove(3),
        t => t.Add(2, Value(72, FourPages)),
        t => t.Replace(7, Value(73, Short)),
    ];

    private static void Few(ShmTable table)
    {
        table.Add(1, Value(10, Short));
        table.Add(2, Value(20, Short));
        table.Add(2, Value(21, TwoPages));
        table.Add(3, Value(30, FourPages));
        table.Add(2, Value(22, Short));
    }

    private static void FewAndFree(ShmTable table)
    {
        Few(table);
        table.Add(4, Value(40, FourPages));
        table.Remove(4);
    }

    /// <summary>
    /// Leaves a value whose pages ascend (3), one whose pages descend (7), and a free list that begins with four pages that descend.
    /// </summary>
    private static void FreeInBothDirections(ShmTable table)
    {
        FewAndFree(table);
        table.Add(7, Value(60, FourPages));
        table.Add(4, Value(40, FourPages));
        table.Remove(4);
    }

    private static void Unbound(ShmTable table)
    {
        Few(table);
        table.Remove(1);
    }

    /// <summary>Leaves a table where one cell more would be too many, but few of them are bound.</summary>
    private static void ManyUnbound(ShmTable table)
    {
        AddMany(table, 100, 4);
        for (int key = 200; !IsHalfUsed(table); key++)
        {
            table.Add(key, Value(key, 1));
            table.Remove(key);
        }

        for (int key = 101; key < 104; key++)
            table.Remove(key);
        table.Replace(100, Value(1, Long));
        table.Add(100, Value(2, TwoPages));
    }

    private static bool IsHalfUsed(ShmTable table)
    {
        DescriptorView descriptor = table.Storage.OpenDescriptor();
        return descriptor.UsedCells * 2 > descriptor.Cells;
    }

    private static void AddMany(ShmTable table, int firstKey, int count)
    {
        for (int key = firstKey; key < firstKey + count; key++)
            table.Add(key, Value(key, 1));
    }

    private static void RemoveMany(ShmTable table, int firstKey, int count)
    {
        for (int key = firstKey; key < firstKey + count; key++)
            table.Remove(key);
    }

    private static void RemoveSecond(ShmTable table, int key)
    {
        int binding = 0;
        table.WriteBlocks(key, WriteOperations.RemoveBinding, (_, isEnd) =>
            isEnd && ++binding == 2 ? BlockDecision.Remove(BlockControl.Break) : BlockDecision.Continue);
    }

    private static void Edit(ShmTable table, int key) => table.WriteBlocks(key, WriteOperations.None, (words, _) =>
    {
        foreach (ref int word in words)
            SharedWord.Store(ref word, -word);
        return BlockDecision.Continue;
    });

    private static void Failing(ShmTable table, Action<ShmTable>[] steps)
    {
        try
        {
            table.Transact(void () =>
            {
                RunAll(table, steps);
                throw new IntendedException();
            });
        }
        catch (IntendedException)
        {
            // The transaction is taken back.
        }
    }

    private static void RunAll(ShmTable table, Action<ShmTable>[] steps)
    {
        foreach (Action<ShmTable> step in steps)
            step(table);
    }

    private sealed class IntendedException : Exception;
}
