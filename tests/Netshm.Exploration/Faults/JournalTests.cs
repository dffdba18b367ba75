using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>The undo journal itself: its growth, and what one record may stand for.</summary>
public class JournalTests(ITestOutputHelper output)
{
    private const int Keys = 1500;

    /// <summary>Replaces more values than the journal has room for at first; pages and cells alternate, so no record is a run.</summary>
    private static Scenario Outgrowing { get; } = new(
        "a transaction that outgrows the journal", Keys,
        table =>
        {
            for (int key = 0; key < Keys; key++)
                table.Add(key, [key]);
        },
        [
            table =>
            {
                for (int key = 0; key < Keys; key++)
                    table.Replace(key, [-key]);
            },
        ],
        Unit.Transaction);

    [Theory]
    [InlineData(Survivor.Newcomer)]
    [InlineData(Survivor.Bystander)]
    [InlineData(Survivor.Successor)]
    public void Who_dies_around_the_growth_of_the_journal_leaves_what_is_taken_back(Survivor survivor)
    {
        const int before = 3, after = 5, later = 8;
        List<string> allowed = FaultRun.AllowedStates(Outgrowing, LockingMethod.Futex);
        int growth = StoreOfGrowth(out int stores);
        output.WriteLine($"the journal grows before store {growth} of {stores}");

        // It grows before the room is needed: the records come to it later.
        int[] deaths =
        [
            .. Enumerable.Range(growth - before, before + after),
            .. Enumerable.Range(1, later).Select(i => growth + ((stores - growth) * i / (later + 1))),
            stores - 1, stores,
        ];
        foreach (int store in deaths)
        {
            using var run = new FaultRun(Outgrowing, LockingMethod.Futex);
            run.Prepare(survivor);
            Assert.True(run.Kill(store));
            string found = run.Examine(survivor);
            Assert.True(allowed.Contains(found), $"{survivor}, death before store {store} of {stores}: not whole");
        }
    }

    [Fact]
    public void A_run_of_pages_ends_where_a_change_within_another_one_begins()
    {
        using var files = new TableFiles();
        var process = new SimulatedProcess(files);
        process.DoAlive(process =>
        {
            process.Open(Scenario.OptionsToOpen(LockingMethod.Futex) with { Init = 20 });
            process.Table.Add(1, Scenario.Value(1, 40));
            process.Table.Remove(1);
            process.Table.Group(() => TakeTwoPages(files, process.Table.Storage));
            process.Close();
        });
    }

    private static void TakeTwoPages(TableFiles files, TableStorage storage)
    {
        MappedPages pages = storage.Pages;
        using Sidecar sidecar = SidecarFile.TryOpen(files.Name, new Libc.Status { Mode = 0x180 }, TableIdOf(pages))!;
        var journal = new UndoJournal(new JournalSpace(sidecar), pages, storage.Index, storage.Cells);
        DescriptorView descriptor = storage.OpenDescriptor();
        int first = descriptor.FreeHead;
        int second = new FreePageView(pages.Page(first)).NextFree;
        int third = new FreePageView(pages.Page(second)).NextFree;
        Assert.Equal(1, Math.Abs(first - second)); // Else no record would stand for both.

        UndoJournal.Savepoint outer = journal.Begin(descriptor, 2, isTransaction: true);
        journal.FreePage(first, second);
        pages.Page(first).Clear();
        UndoJournal.Savepoint inner = journal.Begin(descriptor, 1);
        journal.FreePage(second, third);
        pages.Page(second).Clear();
        journal.RollBack(descriptor, inner);
        Assert.True(new FreePageView(pages.Page(second)).HasMagic);
        Assert.False(new FreePageView(pages.Page(first)).HasMagic);
        journal.RollBack(descriptor, outer);
        Assert.Equal(second, new FreePageView(pages.Page(first)).NextFree);
        journal.EndTransaction();
    }

    private static long TableIdOf(MappedPages pages) =>
        new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords)).TableId;

    /// <summary>The number of the step, in the scenario, before which the sidecar is longer for the first time.</summary>
    private static int StoreOfGrowth(out int stores)
    {
        using var files = new TableFiles();
        var process = new SimulatedProcess(files);
        int growth = 0, first = 0;
        process.DoAlive(process =>
        {
            process.Open(Outgrowing.OptionsFor(LockingMethod.Futex));
            Outgrowing.Setup(process.Table);
            first = process.Stores;
            long length = new FileInfo(files.Name.SidecarPath).Length;
            process.AtSeam = _ =>
            {
                if (growth == 0 && new FileInfo(files.Name.SidecarPath).Length > length)
                    growth = process.Stores - first;
            };
            Outgrowing.Run(process.Table);
            process.AtSeam = null;
        });
        Assert.NotEqual(0, growth);
        stores = process.Stores - first;
        process.DoAlive(process => process.Close());
        return growth;
    }
}
