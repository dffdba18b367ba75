using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>Twenty thousand small tables open in one process.</summary>
public class ManyTablesTests(ITestOutputHelper output)
{
    private const int Tables = 20_000, TablesInShortForm = 3_000;

    /// <summary>What a process of .NET has open beside its tables.</summary>
    private const int OtherFiles = 300;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void So_many_fit_into_the_addresses_and_the_mappings_of_a_process()
    {
        // By one file, since the number of files that a process may have open is a setting of the system.
        using var temp = new TempTable();
        int pageSize = temp.Open().PageSize;
        using var memory = SharedMemoryObject.Open(temp.Name);
        List<MappedPages> tables = [];
        List<MappedBlock> sidecars = [];
        try
        {
            while (tables.Count < Tables)
            {
                tables.Add(new MappedPages(memory.Memory, writable: true, pageSize, temp.Name.ToString()));
                tables[^1].EnsureMapped(Layout.DescriptorPage + 1);
                sidecars.Add(MappedBlock.Private(1 << 16, temp.Name.ToString()));
            }

            Assert.All(tables, pages => Assert.Equal(
                DescriptorView.FutexMagic,
                new DescriptorView(pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords)).FoundMagic));
        }
        finally
        {
            tables.ForEach(pages => pages.Dispose());
        }
    }

    [Theory]
    [InlineData(LockingMethod.Futex, 2)]
    [InlineData(LockingMethod.Record, 1)]
    public void So_many_are_open_at_once_or_as_many_as_the_system_allows_files(LockingMethod locking, int filesOfTable)
    {
        int wanted = LongForm.Rounds("NETSHM_TABLES", TablesInShortForm);
        OpenMany(wanted, locking, filesOfTable, command => WorkerProcess.Start(s_patience, command));
    }

    [Theory]
    [InlineData(LockingMethod.Futex, 2)]
    [InlineData(LockingMethod.Record, 1)]
    public void A_process_that_may_have_no_more_files_open_is_told_the_limit_and_what_to_do(
        LockingMethod locking, int filesOfTable)
    {
        const int limit = 1000;
        int opened =
            OpenMany(limit, locking, filesOfTable, command => WorkerProcess.StartWithFileLimit(limit, command));

        Assert.NotEqual(limit, opened);
    }

    private int OpenMany(int wanted, LockingMethod locking, int filesOfTable, Func<string[], ChildProcess> start)
    {
        string directory =
            Directory.CreateDirectory(Path.Combine(TempTable.Directory, $"netshm-test-{Guid.NewGuid():N}")).FullName;
        try
        {
            string count = wanted.ToString(CultureInfo.InvariantCulture);
            using ChildProcess worker = start(["open-many", directory, locking.ToString(), count]);
            string line = worker.ReadLine();
            output.WriteLine(line);
            string[] answer = line.Split(' ', 3);
            int opened = int.Parse(answer[0], CultureInfo.InvariantCulture);
            int fileLimit = int.Parse(answer[1], CultureInfo.InvariantCulture);

            Assert.InRange(opened, Math.Min(wanted, (fileLimit - OtherFiles) / filesOfTable), wanted);
            if (opened < wanted)
                Assert.Contains($"may have {fileLimit} files open", answer[2], StringComparison.Ordinal);
            Assert.Equal(opened < wanted, answer[2].Contains("ulimit -n", StringComparison.Ordinal));
            Assert.Equal("read", worker.ReadLine());
            return opened;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
