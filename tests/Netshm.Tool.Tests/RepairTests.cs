using System.Text.Json;
using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>repair.</summary>
public sealed class RepairTests
{
    private const int PageSize = 256;

    [Fact]
    public void A_sound_table_comes_through_as_it_is()
    {
        using var temp = NewTable(out string before);
        using var repaired = new TempTable();
        Repair(temp, repaired);
        Assert.Equal(before, TableDump.Format(repaired.Open()));
    }

    [Fact]
    public void A_table_without_its_hash_table_keeps_all_bindings_in_order()
    {
        using var temp = NewTable(out string before);
        Damage(temp, page => page >= 2 && page < 2 + HashPagesOf(temp), word => 0);
        using var repaired = new TempTable();
        Assert.Contains("were not in the hash table", Repair(temp, repaired).Output, StringComparison.Ordinal);
        Assert.Equal(before, TableDump.Format(repaired.Open()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_table_without_master_page_and_descriptor_keeps_all_bindings_in_order(bool isPageSizeStated)
    {
        using var temp = NewTable(out string before);
        Damage(temp, page => page < 2, word => unchecked((int)0xdeadbeef));
        using var repaired = new TempTable();
        Repair(temp, repaired, isPageSizeStated ? ["--page-size", "256"] : []);
        Assert.Equal(before, TableDump.Format(repaired.Open()));
    }

    [Fact]
    public void A_descriptor_in_the_place_of_the_page_behind_it_tells_no_page_size()
    {
        using var temp = NewTable(out string before);
        byte[] bytes = File.ReadAllBytes(temp.Name.MemoryPath);
        byte[] descriptor = bytes[PageSize..(2 * PageSize)];
        bytes.AsSpan(2 * PageSize, PageSize).CopyTo(bytes.AsSpan(PageSize));
        descriptor.CopyTo(bytes.AsSpan(2 * PageSize)); // As page 1 of a table with pages of twice the size.
        File.WriteAllBytes(temp.Name.MemoryPath, bytes);
        temp.IsDamagedOnPurpose();
        using var repaired = new TempTable();
        Repair(temp, repaired);
        Assert.Equal(before, TableDump.Format(repaired.Open()));
    }

    [Fact]
    public void A_damaged_binding_is_dropped_and_named_and_older_ones_stay()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        int page;
        using (ShmTable table = ShmTable.Open(temp.Name, temp.Options))
        {
            table.Add(7, [1]);
            table.Add(7, [2]);
            table.Add(7, [3]);
            table.Add(8, [4]);
            page = table.Check().TotalPages - 3;
        }

        byte[] original = Damage(temp, p => p == page, word => word == 0 ? 5 : null);
        using var repaired = new TempTable();
        ToolRun run = Repair(temp, repaired, "--json");
        Assert.Equal("7=3 7=1 8=4", TableDump.Format(repaired.Open()));
        Assert.Equal(original, File.ReadAllBytes(temp.Name.MemoryPath));
        Assert.Equal(3, run.Json.GetProperty("bindings").GetInt32());
    }

    [Fact]
    public void A_value_that_lost_a_page_is_dropped_and_named()
    {
        using var temp = new TempTable();
        int last;
        using (ShmTable table = ShmTable.Open(temp.Name, temp.Options))
        {
            table.Add(7, [1]);
            table.Add(7, new int[100]);
            last = table.Check().TotalPages - 1;
        }

        Damage(temp, page => page == last, word => 0);
        using var repaired = new TempTable();
        ToolRun run = Repair(temp, repaired);
        Assert.Equal("7=1", TableDump.Format(repaired.Open()));
        Assert.Contains("1 bindings saved, 1 dropped", run.Output, StringComparison.Ordinal);
        Assert.Contains("a binding of key 7 is not sound", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_that_runs_in_a_circle_is_taken_once()
    {
        using var temp = new TempTable();
        int last;
        using (ShmTable table = ShmTable.Open(temp.Name, temp.Options))
        {
            table.Add(7, [1]);
            table.Add(7, [2]);
            last = table.Check().TotalPages - 1;
        }

        Damage(temp, page => page == last - 1, word => word == 3 ? last : null);
        using var repaired = new TempTable();
        Repair(temp, repaired);
        Assert.Equal("7=2 7=1", TableDump.Format(repaired.Open()));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("descriptor")]
    [InlineData("descriptor and hash table")]
    public void An_unfinished_transaction_is_taken_back_in_the_copy_only(string lost)
    {
        var options = new ShmTableOptions { PageSize = PageSize, Init = 100, Locking = LockingMethod.Futex };
        using var temp = new TempTable(options: options);
        using (ShmTable table = ShmTable.Open(temp.Name, options))
        {
            for (int key = 0; key < 20; key++)
            {
                table.Add(key, [key]);
                table.Add(key, new int[key]);
            }

            for (int key = 100; key < 120; key++)
                table.Add(key, new int[100]);
            for (int key = 100; key < 120; key++)
                Assert.True(table.Remove(key));
        }

        string before = Contents(temp);
        int hashPages = HashPagesOf(temp);
        using (ChildProcess worker = WorkerProcess.Start("transact-and-hold", temp.Name.ToString()))
        {
            Assert.Equal("held", worker.ReadLine());
            worker.Kill();
        }

        int lostPages = lost switch { "nothing" => 0, "descriptor" => 1, _ => 1 + hashPages };
        byte[] original = Damage(temp, page => page >= 1 && page < 1 + lostPages, word => -7);
        byte[] sidecar = File.ReadAllBytes(temp.Name.MemoryPath + ".netshm");
        using var repaired = new TempTable();
        JsonElement answer = Repair(temp, repaired, "--page-size", "256", "--json").Json;
        Assert.True(answer.GetProperty("storesTakenBack").GetInt32() > 0);
        Assert.Equal(before, Contents(repaired));
        Assert.Equal(original, File.ReadAllBytes(temp.Name.MemoryPath));
        Assert.Equal(sidecar, File.ReadAllBytes(temp.Name.MemoryPath + ".netshm"));
        Assert.DoesNotContain(Directory.EnumerateFiles(TempTable.Directory), path => path.EndsWith("-pages", StringComparison.Ordinal));
    }

    [Fact]
    public void A_link_that_was_damaged_hides_no_older_bindings()
    {
        using var temp = new TempTable();
        int last;
        using (ShmTable table = ShmTable.Open(temp.Name, temp.Options))
        {
            table.Add(7, [1]);
            table.Add(7, [2]);
            table.Add(7, [3]);
            last = table.Check().TotalPages - 1;
        }

        Damage(temp, page => page == last, word => word == 3 ? 0 : null);
        using var repaired = new TempTable();
        ToolRun run = Repair(temp, repaired);
        Assert.Equal("7=3 7=2 7=1", Contents(repaired));
        Assert.Contains("2 bindings were not linked", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_lead_on_through_a_binding_that_is_not_sound()
    {
        using var temp = new TempTable();
        int first;
        using (ShmTable table = ShmTable.Open(temp.Name, temp.Options))
        {
            first = table.Check().TotalPages;
            for (int i = 0; i < 5; i++)
                table.Add(7, [i]);
        }

        // Their lengths are damaged, their links are not.
        Damage(temp, page => page == first + 1 || page == first + 3, word => word == 5 ? -1 : null);
        using var repaired = new TempTable();
        Repair(temp, repaired);
        Assert.Equal("7=4 7=2 7=0", Contents(repaired));
    }

    [Fact]
    public void A_table_in_use_is_not_repaired()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        SharedMemoryName target = TempTable.FreshName();
        ToolRun.Expect(5, "repair", temp.Name.ToString(), target.ToString(), "--timeout", "0.1");
        Assert.False(File.Exists(target.MemoryPath));
    }

    private static TempTable NewTable(out string contents)
    {
        var temp = new TempTable(options: new ShmTableOptions { PageSize = PageSize, Init = 30 });
        using ShmTable table = ShmTable.Open(temp.Name, temp.Options);
        var seed = new Random(20260702);
        for (int i = 0; i < 100; i++)
            table.Add(seed.Next(30), [.. Enumerable.Range(0, seed.Next(150)).Select(_ => seed.Next())]);
        for (int i = 0; i < 20; i++)
            _ = table.Remove(seed.Next(30));
        contents = TableDump.Format(table);
        return temp;
    }

    private static string Contents(TempTable temp)
    {
        using ShmTable table = ShmTable.Open(temp.Name);
        return TableDump.Format(table);
    }

    private static int HashPagesOf(TempTable temp)
    {
        using ShmTable table = ShmTable.Open(temp.Name);
        return table.GetStatistics().HashPages;
    }

    private static ToolRun Repair(TempTable damaged, TempTable repaired, params string[] options) =>
        ToolRun.Expect(0, ["repair", damaged.Name.ToString(), repaired.Name.ToString(), .. options]);

    /// <summary>Overwrites words of some pages in the file, and gives what the file holds then.</summary>
    private static byte[] Damage(TempTable temp, Func<int, bool> isWanted, Func<int, int?> newWord)
    {
        temp.IsDamagedOnPurpose();
        byte[] bytes = File.ReadAllBytes(temp.Name.MemoryPath);
        bool[] pages = [.. Enumerable.Range(0, bytes.Length / PageSize).Select(isWanted)];
        for (int position = 0; position < pages.Length * PageSize; position += sizeof(int))
        {
            if (pages[position / PageSize] && newWord(position % PageSize / sizeof(int)) is { } value)
                BitConverter.TryWriteBytes(bytes.AsSpan(position), value);
        }

        File.WriteAllBytes(temp.Name.MemoryPath, bytes);
        return bytes;
    }
}
