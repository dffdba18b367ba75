using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Laying the hash table out anew, and finishing that for a process that died in it.</summary>
public class RehashTests
{
    private const int PhaseWord = 7;
    private const int Keys = 500;

    [Fact]
    public void Every_key_is_found_while_the_hash_table_grows_through_all_its_extents()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 0, Locking = LockingMethod.None });
        ShmTable table = temp.Open();
        const int manyKeys = 300_000;
        for (int i = 0; i < manyKeys; i++)
        {
            table.Add(Key(i), [i]);
            Assert.Equal([i / 2], table.Find(Key(i / 2)));
        }

        Assert.Equal(manyKeys, table.Count);
        static int Key(int i) => unchecked(i * 7919);
    }

    [Fact]
    public void The_last_extents_are_filled_to_seven_eighths_and_then_say_so()
    {
        using var temp = new TempTable(
            options: new ShmTableOptions { Init = 0, PageSize = 64, Locking = LockingMethod.None });
        ShmTable table = temp.Open();
        int key = 0;
        Assert.Throws<OutOfSpaceException>(() =>
        {
            for (; key < 1_000_000; key++)
                table.Add(unchecked(key * 7919), [key]);
        });
        TableStatistics full = table.GetStatistics();
        Assert.Equal(key, full.Keys);
        Assert.Equal(full.Cells * 7L / 8, key, tolerance: 1);
        for (int i = 0; i < key; i += 101)
            Assert.Equal([i], table.Find(unchecked(i * 7919)));

        Assert.True(table.Remove(0));
        table.Add(unchecked(key * 7919), [key]);
        Assert.Equal([key], table.Find(unchecked(key * 7919)));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Fact]
    public void Unbound_cells_are_reclaimed_without_a_larger_table()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 100, Locking = LockingMethod.None });
        ShmTable table = temp.Open();
        int cells = table.Memory[1, 2];
        for (int i = 0; i < 100_000; i++)
        {
            table.Add(i, [i]);
            Assert.True(table.Remove(i));
        }

        Assert.Equal(cells, table.Memory[1, 2]);
        Assert.True(table.Memory[1, 3] <= cells);
    }

    [Fact]
    public void Keys_that_collide_in_every_probe_complete()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 100, Locking = LockingMethod.None });
        ShmTable table = temp.Open();
        int cells = table.Memory[1, 2];
        for (int i = 0; i < 10_000; i++)
            table.Add(unchecked(i * cells), [i]);
        for (int i = 0; i < 10_000; i++)
            Assert.Equal([i], table.Find(unchecked(i * cells)));
    }

    [Theory]
    [InlineData("Find")]
    [InlineData("Add")]
    [InlineData("Group Read")]
    [InlineData("Group OnDemand")]
    public void A_rehash_that_died_while_filling_begins_again(string firstUse)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 1000 });
        ShmTable table = Filled(temp);
        for (int cell = 0; cell < 14; cell++)
        {
            table.Memory[3, 6 + (4 * cell)] = 12345; // Spare words that the dead process had begun to write.
            table.Memory[3, 7 + (4 * cell)] = 7;
        }

        table.Memory[1, PhaseWord] = 1;
        Use(table, firstUse);
        AssertWhole(table);
    }

    [Theory]
    [InlineData("Find")]
    [InlineData("Add")]
    [InlineData("Group Read")]
    [InlineData("Group OnDemand")]
    public void A_rehash_that_died_while_copying_goes_on(string firstUse)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 1000 });
        ShmTable table = Filled(temp);
        int hashPages = table.Memory[1, 9];
        for (int page = 2; page < 2 + hashPages; page++)
        {
            for (int word = 4; word < 64; word += 4)
            {
                table.Memory[page, word + 2] = table.Memory[page, word];
                table.Memory[page, word + 3] = table.Memory[page, word + 1];
                if (page > 2 + (hashPages / 2))
                    table.Memory[page, word + 1] = 0; // A cell whose entry is in the spare words only.
            }
        }

        table.Memory[1, PhaseWord] = 2;
        table.Memory[1, 2] = 1; // Not yet set.
        Use(table, firstUse);
        AssertWhole(table);
    }

    [Fact]
    public void A_rehash_that_died_while_clearing_is_finished()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 1000 });
        ShmTable table = Filled(temp);
        table.Memory[2, 6] = 99;
        table.Memory[2, 7] = 3;
        table.Memory[1, PhaseWord] = 3;
        AssertWhole(table);
    }

    [Fact]
    public void A_reader_that_can_not_finish_a_rehash_says_so_only_when_it_matters()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 1000, Locking = LockingMethod.Record });
        ShmTable table = Filled(temp);
        table.Memory[1, PhaseWord] = 1;
        using SharedMemoryObject memory = SharedMemoryObject.Open(temp.Name, FileMode.Open, FileAccess.Read);
        using ShmTable reader = ShmTable.Manage(memory);
        Assert.Equal([1], reader.Find(1));
        table.Memory[1, PhaseWord] = 2;
        Assert.Throws<ReadOnlyTableException>(() => reader.Find(1));
        table.Memory[1, PhaseWord] = 0;
        Assert.Equal([1], reader.Find(1));
    }

    private static ShmTable Filled(TempTable temp)
    {
        ShmTable table = temp.Open();
        for (int i = 0; i < Keys; i++)
            table.Add(i, [i]);
        return table;
    }

    private static void Use(ShmTable table, string how)
    {
        switch (how)
        {
            case "Find":
                Assert.Equal([7], table.Find(7));
                break;
            case "Add":
                table.Add(7, [7]);
                Assert.True(table.Remove(7));
                break;
            case "Group Read":
                table.Group(() => Assert.Equal([7], table.Find(7)), GroupIntent.Read);
                break;
            default:
                table.Group(() => Assert.Equal([7], table.Find(7)), GroupIntent.OnDemand);
                break;
        }
    }

    private static void AssertWhole(ShmTable table)
    {
        for (int i = 0; i < Keys; i++)
            Assert.Equal([i], table.Find(i));
        Assert.Equal(Keys, table.Count);
        Assert.Equal(0, table.Memory[1, PhaseWord]);
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }
}
