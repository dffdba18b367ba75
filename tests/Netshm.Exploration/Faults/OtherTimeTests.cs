using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>Table and sidecar are of different times: a journal of another time is never applied.</summary>
public class OtherTimeTests(ITestOutputHelper output)
{
    public enum Restored
    {
        /// <summary>The table, from a copy that was made while nobody used it.</summary>
        TableOfEarlierGeneration,

        /// <summary>The table, from a copy that was made while it was in use.</summary>
        TableOfEarlierStamp,

        /// <summary>The sidecar, from a copy that was made before another process recovered.</summary>
        SidecarOfEarlierGeneration,

        /// <summary>The sidecar, from a copy that was made in a transaction that was completed.</summary>
        SidecarOfEarlierStamp,
    }

    private static readonly ShmTableOptions s_open = Scenario.OptionsToOpen(LockingMethod.Futex);

    private static Scenario Large => AttachmentFaults.Large;

    [Theory]
    [InlineData(Restored.TableOfEarlierGeneration)]
    [InlineData(Restored.TableOfEarlierStamp)]
    [InlineData(Restored.SidecarOfEarlierGeneration)]
    [InlineData(Restored.SidecarOfEarlierStamp)]
    public void A_journal_of_another_time_is_not_applied_whenever_who_comes_dies(Restored restored)
    {
        using var files = new TableFiles();
        string expected = Restore(files, restored);
        new AttachmentFaults
        {
            Prepare = files => Assert.Equal(expected, Restore(files, restored)),
            Victim = process => process.Open(s_open),
            Allowed = [expected],
            LosesJournal = true,
        }.Explore();
    }

    [Theory]
    [InlineData(Restored.TableOfEarlierGeneration)]
    [InlineData(Restored.TableOfEarlierStamp)]
    [InlineData(Restored.SidecarOfEarlierGeneration)]
    [InlineData(Restored.SidecarOfEarlierStamp)]
    public void A_journal_of_another_time_is_told_of_once(Restored restored)
    {
        using var files = new TableFiles();
        string expected = Restore(files, restored);
        Come(files, process =>
        {
            Assert.True(process.Table.LastRecovery is { IsJournalLost: true, Scanned: true });
            Assert.Equal(expected, TableDump.Format(process.Table));
        });
        Come(files, process =>
        {
            Assert.Null(process.Table.LastRecovery);
            Assert.Equal(expected, FaultRun.Use(process.Table, files));
        });
    }

    [Fact]
    public void A_part_of_a_transaction_is_told_of_when_the_sidecar_is_lost()
    {
        int deaths = 0;
        bool died = true;
        for (int store = 1; died; store++)
        {
            using var files = new TableFiles();
            AttachmentFaults.Fill(files, LockingMethod.Futex, Large);
            var victim = new SimulatedProcess(files);
            victim.DoAlive(process => process.Open(s_open));
            victim.DiesBefore = victim.Stores + store;
            died = !victim.Do(process => Large.Run(process.Table));
            victim.DiesBefore = int.MaxValue;
            if (!died)
                victim.DoAlive(process => process.Close());
            File.Delete(files.Name.SidecarPath);
            Come(files, process =>
            {
                TableRecovery recovery = Assert.IsType<TableRecovery>(process.Table.LastRecovery);
                string found = FaultRun.Use(process.Table, files);
                bool isWhole = FaultRun.AllowedStates(Large, LockingMethod.Futex).Contains(found);
                Assert.True(isWhole || recovery.IsJournalLost, $"death before store {store}: {found}");
                Assert.True(died || !recovery.IsJournalLost, "a complete transaction is said to be lost");
            });
            deaths = store;
        }

        output.WriteLine($"{deaths - 1} deaths");
    }

    [Fact]
    public void Who_checks_the_table_after_another_one_died_in_that_tells_of_the_part_of_a_transaction_too()
    {
        int told = 0;
        bool died = true;
        for (int store = 1; died; store++)
        {
            using var files = new TableFiles();
            AttachmentFaults.DieIn(files, Large, LockingMethod.Futex);
            File.Delete(files.Name.SidecarPath);
            int generation = files.Generation;
            var victim = new SimulatedProcess(files) { DiesBefore = store };
            died = !victim.Do(process => process.Open(s_open));
            victim.DiesBefore = int.MaxValue;
            if (!died)
                victim.DoAlive(process => process.Close());
            bool isInOrder = files.Generation != generation; // Then the victim had only to tell.
            Come(files, process =>
            {
                bool tells = process.Table.LastRecovery is { IsJournalLost: true };
                told += tells ? 1 : 0;
                bool isChecked = process.Table.LastRecovery is { Scanned: true };
                Assert.True(tells || isInOrder || !isChecked, $"death before store {store}: not told");
            });
        }

        Assert.NotEqual(0, told);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_sidecar_is_the_tables_when_it_is_opened_again(bool forFeed)
    {
        using var files = new TableFiles();
        AttachmentFaults.Fill(files, LockingMethod.Futex, Large, withFeed: !forFeed);
        if (!forFeed)
            File.Delete(files.Name.SidecarPath);
        Come(files, process => Assert.Equal(forFeed, process.Table.LastRecovery is null));
        Come(files, process => Assert.Null(process.Table.LastRecovery));
    }

    /// <summary>Makes files of different times, in whose sidecar a journal has something to take back.</summary>
    /// <returns>What the table holds.</returns>
    private static string Restore(TableFiles files, Restored restored)
    {
        AttachmentFaults.Fill(files, LockingMethod.Futex, Large);
        return restored switch
        {
            Restored.TableOfEarlierGeneration => RestoreTable(files, whileInUse: false),
            Restored.TableOfEarlierStamp => RestoreTable(files, whileInUse: true),
            Restored.SidecarOfEarlierGeneration => RestoreSidecarOfBeforeRecovery(files),
            _ => RestoreSidecarOfTransaction(files),
        };
    }

    private static string RestoreTable(TableFiles files, bool whileInUse)
    {
        byte[] copy = File.ReadAllBytes(files.Name.MemoryPath);
        var victim = new SimulatedProcess(files);
        string state = "";
        victim.DoAlive(process =>
        {
            process.Open(s_open);
            if (whileInUse)
            {
                Change(process.Table, 1);
                copy = File.ReadAllBytes(files.Name.MemoryPath);
            }

            state = TableDump.Format(process.Table);
            Change(process.Table, 2);
        });
        AttachmentFaults.DieIn(victim, Large);
        File.WriteAllBytes(files.Name.MemoryPath, copy);
        return state;
    }

    /// <summary>The one who recovers makes no transaction, so that the stamp stays.</summary>
    private static string RestoreSidecarOfBeforeRecovery(TableFiles files)
    {
        SimulatedProcess bystander = new(files), victim = new(files);
        string state = "";
        bystander.DoAlive(process =>
        {
            process.Open(s_open);
            Change(process.Table, 1);
        });
        victim.DoAlive(process => process.Open(s_open));
        AttachmentFaults.DieIn(victim, Large);
        byte[] copy = File.ReadAllBytes(files.Name.SidecarPath);
        bystander.DoAlive(process =>
        {
            Change(process.Table, 2);
            state = TableDump.Format(process.Table);
            process.Close();
        });
        File.WriteAllBytes(files.Name.SidecarPath, copy);
        return state;
    }

    private static string RestoreSidecarOfTransaction(TableFiles files)
    {
        string state = "";
        byte[] copy = [];
        Come(files, process =>
        {
            process.Table.Transact(() =>
            {
                Change(process.Table, 1);
                copy = File.ReadAllBytes(files.Name.SidecarPath);
            });
            process.Table.Transact(() => Change(process.Table, 2));
            state = TableDump.Format(process.Table);
        });
        File.WriteAllBytes(files.Name.SidecarPath, copy);
        return state;
    }

    /// <summary>Makes the pages that the table has be others' than before.</summary>
    private static void Change(ShmTable table, int id)
    {
        table.Replace(1, Scenario.Value(id, 30));
        table.Remove(3);
        table.Add(3, Scenario.Value(id, 20));
        table.Replace(2, Scenario.Value(id, 3));
    }

    private static void Come(TableFiles files, Action<SimulatedProcess> action) =>
        new SimulatedProcess(files).DoAlive(process =>
        {
            process.Open(s_open);
            action(process);
            process.Close();
        });
}
