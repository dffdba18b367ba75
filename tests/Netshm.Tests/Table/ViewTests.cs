using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Tables that outgrow the addresses they were mapped to at first.</summary>
public class ViewTests
{
    private const int WordsPerValue = 65_536;
    private const int Keys = 200; // 50 MiB, where the first view has 16.

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.None)]
    public void Readers_without_a_lock_go_on_while_the_table_outgrows_its_addresses(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking, PageSize = 4096 });
        ShmTable table = temp.Open();
        int added = 0;
        bool isDone = false;
        Exception? failure = null;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            failure ??= Record.Exception(() => ReadAll(table, ref added, ref isDone))))];
        Array.ForEach(readers, reader => reader.Start());

        int[] value = new int[WordsPerValue];
        for (int key = 0; key < Keys && failure is null; key++)
        {
            Array.Fill(value, key);
            table.Add(key, value);
            Volatile.Write(ref added, key + 1);
        }

        Volatile.Write(ref isDone, true);
        Array.ForEach(readers, reader => reader.Join());
        Assert.Null(failure);
        Assert.Equal(Keys, table.Count);
    }

    [Fact]
    public void A_process_that_has_a_table_open_reads_what_another_one_has_added_beyond_its_addresses()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        ShmTable table = temp.Open();
        table.Add(-1, [5]);
        const int bindings = 100_000; // 256 bytes each.
        using ChildProcess other =
            WorkerProcess.Start("grow", temp.Name.ToString(), nameof(LockingMethod.Futex), $"{bindings}");
        Assert.Equal($"{bindings + 1}", other.ReadLine());

        Assert.Equal([5], table.Find(-1));
        Assert.NotNull(table.Find(bindings - 1));
        table.Add(-2, [6]);
        Assert.Equal([6], table.Find(-2));
    }

    [Fact]
    public void A_span_that_was_had_before_the_table_outgrew_its_addresses_shows_the_same_memory_afterwards()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        using var memory = SharedMemoryObject.Open(temp.Name);
        using var pages = new MappedPages(memory.Memory, writable: true, table.PageSize, temp.Name.ToString());
        pages.EnsureMapped(2);
        Span<int> before = pages.Page(0);
        table.Add(1, new int[10 << 20]);

        pages.EnsureMapped((int)(memory.Length / table.PageSize));

        Span<int> after = pages.Page(0);
        Assert.False(System.Runtime.CompilerServices.Unsafe.AreSame(ref before[0], ref after[0]));
        after[12] = 77; // A word of the master page that nothing uses.
        Assert.Equal(77, before[12]);
        after[12] = 0;
    }

    [Fact]
    public void A_table_that_was_opened_for_reading_can_be_written_after_it_has_outgrown_its_addresses()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.None });
        using (ShmTable filled = ShmTable.Open(temp.Name, temp.Options))
            filled.Add(1, new int[10 << 20]);
        using var readable = SharedMemoryObject.Open(temp.Name, FileMode.Open, FileAccess.Read);
        using ShmTable reader = ShmTable.Manage(readable, temp.Options);
        Assert.Equal(10 << 20, reader.Find(1)!.Length);

        ShmTable writer = temp.Open();
        writer.Add(2, [3]);

        Assert.Equal([3], reader.Find(2));
    }

    private static void ReadAll(ShmTable table, ref int added, ref bool isDone)
    {
        for (int key = 0; !Volatile.Read(ref isDone); key++)
        {
            int there = Volatile.Read(ref added);
            if (there == 0)
                continue;
            int wanted = key % there;
            int[] value = table.Find(wanted) ?? throw new InvalidDataException($"{wanted} of {there} is missing");
            if (value.Length != WordsPerValue || value.AsSpan().ContainsAnyExcept(wanted))
                throw new InvalidDataException($"{wanted} of {there} has another value");
        }
    }
}
