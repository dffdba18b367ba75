using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>Where answers go, and what happens when they can't.</summary>
public sealed class OutputTests
{
    [Theory]
    [InlineData("netshm get $0 1 > /dev/full")]
    [InlineData("netshm get $0 1 >&-")]
    [InlineData("netshm --help > /dev/full")]
    [InlineData("netshm dump $0 > /dev/full")]
    [InlineData("netshm dump $0 --output /dev/full")]
    public void An_answer_that_can_not_be_written_is_an_error_of_the_system(string command)
    {
        using var temp = new TempTable();
        temp.Open().Add(1, [1]);
        ToolRun run = ToolRun.ExpectInShell(4, command, temp.Name.ToString());
        Assert.StartsWith("netshm: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_command_that_goes_on_until_it_is_stopped_ends_with_the_reader_of_its_output()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        ToolRun run = ToolRun.ExpectInShell(
            141, "netshm top $0 --interval 0.05 | head -1; exit ${PIPESTATUS[0]}", temp.Name.ToString());
        Assert.Equal("", run.Error);
        Assert.StartsWith("writes/s", Assert.Single(run.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_share_a_file_as_their_output()
    {
        using var temp = new TempTable();
        temp.Open().Add(1, [1]);
        string file = temp.Name.MemoryPath + ".out";
        try
        {
            ToolRun.ExpectInShell(0, "{ netshm get $0 1; netshm get $0 1; } > $1; netshm get $0 1 >> $1", temp.Name.ToString(), file);
            Assert.Equal("[1]\n[1]\n[1]\n", File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_value_that_begins_with_at_is_no_file_of_arguments()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        ToolRun.Fine(temp, "set", "1", "@ann", "--value", "string");
        Assert.Equal("@ann\n", ToolRun.Fine(temp, "get", "1", "--value", "string").Output);
    }

    [Fact]
    public void A_dump_that_fails_leaves_the_older_file()
    {
        using var temp = new TempTable();
        temp.Open().Add(1, [1]);
        string directory = Directory.CreateTempSubdirectory("netshm-dump-").FullName;
        string file = $"{directory}/dump";
        try
        {
            File.WriteAllText(file, "older");
            ToolRun.Expect(2, "dump", temp.Name.ToString(), "--key", "string", "--output", file);
            Assert.Equal("older", File.ReadAllText(file));
            const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite;
            File.SetUnixFileMode(file, mode);
            File.CreateSymbolicLink($"{directory}/link", "dump");
            ToolRun.Fine(temp, "dump", "--output", $"{directory}/link");
            Assert.Equal(ToolRun.Fine(temp, "dump").Output, File.ReadAllText(file));
            Assert.Equal(mode, File.GetUnixFileMode(file));
            Assert.Equal(2, Directory.GetFiles(directory).Length);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(SharedMemoryType.File, LockingMethod.Futex)]
    [InlineData(SharedMemoryType.Posix, LockingMethod.Record)]
    public void A_dump_never_takes_the_place_of_a_table(SharedMemoryType type, LockingMethod locking)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        ToolRun.Expect(2, "dump", temp.Name.ToString(), "--output", temp.Name.MemoryPath);
        ToolRun.Expect(2, "dump", temp.Name.ToString(), "--output", temp.Name.LockPath);
        if (locking == LockingMethod.Futex)
            ToolRun.Expect(2, "dump", temp.Name.ToString(), "--output", temp.Name.MemoryPath + ".netshm");
        Assert.Equal([1], table.Find(1));
    }
}
