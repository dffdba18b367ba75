using System.Globalization;
using System.Text.RegularExpressions;
using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Tables in memory pages of 2 MiB, with the kernel's own account of what is mapped how.</summary>
public class HugePageTests
{
    private const int HugePageBytes = 2 << 20;
    private const int Keys = 40_000, WordsEach = 40, Counters = 500;

    [HugePageTheory]
    [InlineData(SharedMemoryType.Posix, LockingMethod.Futex)]
    [InlineData(SharedMemoryType.File, LockingMethod.Futex)]
    [InlineData(SharedMemoryType.File, LockingMethod.Record)]
    public void A_table_in_memory_gets_them_and_keeps_what_it_holds(SharedMemoryType type, LockingMethod locking)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = locking });
        using ShmTable table = Filled(temp);

        long bytes = table.UseHugePages();

        Assert.InRange(bytes, HugePageBytes, new FileInfo(temp.Name.MemoryPath).Length);
        Assert.Equal(0, bytes % HugePageBytes);
        AssertHoldsAll(table);
        Assert.InRange(BytesMappedInHugePages(temp.Name.MemoryPath), HugePageBytes, bytes);
    }

    [HugePageTheory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Processes_lose_no_write_while_the_table_gets_them(LockingMethod locking)
    {
        const int rounds = 20_000;
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using ShmTable table = Filled(temp);
        using var workers = new DisposableList<ChildProcess>();
        for (int i = 0; i < 2; i++)
        {
            workers.Add(WorkerProcess.Start("increment", temp.Name.ToString(), $"{locking}", Text(Counters), Text(rounds)));
            Assert.Equal("ready", workers[i].ReadLine());
        }

        foreach (ChildProcess worker in workers)
            worker.WriteLine("go");
        long bytes = table.UseHugePages();
        foreach (ChildProcess worker in workers)
            _ = worker.Finish();

        Assert.NotEqual(0, bytes);
        Assert.All(Enumerable.Range(0, Counters), key => Assert.Equal([2 * rounds / Counters], table.Find(key)));
        AssertHoldsAll(table);
    }

    [HugePageFact]
    public void What_the_table_grows_by_gets_them_when_asked_for_again()
    {
        using var temp = new TempTable();
        using ShmTable table = Filled(temp);
        long before = table.UseHugePages();
        AddAll(table); // A second binding for each key.

        Assert.InRange(table.UseHugePages(), before + 1, long.MaxValue);
        AssertHoldsAll(table);
    }

    [Fact]
    public void A_table_smaller_than_one_stays_as_it_is()
    {
        using var temp = new TempTable();
        using ShmTable table = temp.Open();
        table.Add(1, [2, 3]);

        Assert.Equal(0, table.UseHugePages());
        Assert.Equal([2, 3], table.Find(1));
    }

    [Fact]
    public void A_table_that_was_disposed_of_says_so()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Dispose();
        Assert.Throws<ObjectDisposedException>(() => table.UseHugePages());
    }

    private static ShmTable Filled(TempTable temp)
    {
        ShmTable table = temp.Open();
        AddAll(table);
        for (int counter = 0; counter < Counters; counter++)
            table.Add(counter, [0]);
        return table;
    }

    /// <summary>Values have negative keys, counters the others.</summary>
    private static void AddAll(ShmTable table)
    {
        for (int key = -Keys; key < 0; key++)
            table.Add(key, ValueOf(key));
    }

    private static void AssertHoldsAll(ShmTable table)
    {
        for (int key = -Keys; key < 0; key++)
            Assert.Equal(ValueOf(key), table.Find(key));
    }

    private static int[] ValueOf(int key) => [.. Enumerable.Range(0, WordsEach).Select(i => unchecked((key * 31) + i))];

    /// <summary>What this process's mappings of a file have in huge pages (proc_pid_smaps(5)).</summary>
    private static long BytesMappedInHugePages(string path)
    {
        long kibibytes = 0;
        bool isOfFile = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (Regex.IsMatch(line, "^[0-9a-f]+-[0-9a-f]+ "))
                isOfFile = line.EndsWith(path, StringComparison.Ordinal);
            else if (isOfFile && line.StartsWith("ShmemPmdMapped:", StringComparison.Ordinal))
                kibibytes += long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }

        return kibibytes << 10;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A test that needs a kernel that gathers memory in huge pages when asked to; skipped where it has none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HugePageFactAttribute : FactAttribute
{
    public const string Reason = "needs /dev/shm and Linux 6.1 or later with CONFIG_TRANSPARENT_HUGEPAGE, not set to deny";

    public HugePageFactAttribute() => Skip = AreThere ? null : Reason;

    public static bool AreThere { get; } = Directory.Exists("/dev/shm") && Environment.OSVersion.Version >= new Version(6, 1)
        && File.Exists(Setting) && !File.ReadAllText(Setting).Contains("[deny]", StringComparison.Ordinal);

    private static string Setting => "/sys/kernel/mm/transparent_hugepage/shmem_enabled";
}

/// <summary>The same for tests with parameters.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HugePageTheoryAttribute : TheoryAttribute
{
    public HugePageTheoryAttribute() => Skip = HugePageFactAttribute.AreThere ? null : HugePageFactAttribute.Reason;
}
