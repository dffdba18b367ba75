using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>How the program ends when things go wrong.</summary>
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData("get", "7")]
    [InlineData("set", "7", "1")]
    [InlineData("stat")]
    [InlineData("ls")]
    [InlineData("check")]
    public void A_missing_table_is_not_found_and_not_created(string command, params string[] arguments)
    {
        SharedMemoryName name = TempTable.FreshName();
        ToolRun.Expect(1, [command, name.ToString(), .. arguments]);
        Assert.False(File.Exists(name.MemoryPath));
    }

    [Fact]
    public void An_empty_file_does_not_become_a_table()
    {
        string path = TempTable.FreshName().MemoryPath;
        File.WriteAllBytes(path, []);
        try
        {
            ToolRun.Expect(1, "set", $"file:{path}", "7", "1");
            Assert.Equal(0, new FileInfo(path).Length);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_key_that_is_not_bound_is_not_found()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        ToolRun.Expect(1, "get", temp.Name.ToString(), "7");
        ToolRun.Expect(1, "rm", temp.Name.ToString(), "7");
    }

    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("get")]
    [InlineData("get", "local:x")]
    [InlineData("get", "nowhere", "7")]
    [InlineData("get", "local:x", "7", "--locking", "hope")]
    [InlineData("get", "local:x", "7", "--timeout", "soon")]
    [InlineData("get", "local:x", "7", "--value", "poem")]
    [InlineData("create", "file:/dev/shm/x", "--page-size", "many")]
    [InlineData("list", "")]
    [InlineData("top", "local:x", "--interval", "NaN")]
    [InlineData("top", "local:x", "--interval", "1e300")]
    [InlineData("top", "local:x", "--interval", "9999999")]
    public void A_wrong_command_line_is_a_usage_error(params string[] arguments) => ToolRun.Expect(2, arguments);

    [Fact]
    public void Keys_and_values_of_wrong_types_are_usage_errors()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(7, [5, 2]);
        string name = temp.Name.ToString();
        ToolRun.Expect(2, "get", name, "seven");
        ToolRun.Expect(2, "get", name, "7", "--value", "int32");
        ToolRun.Expect(2, "get", name, "7", "--value", "string");
        ToolRun.Expect(2, "ls", name, "--key", "string");
        ToolRun.Expect(2, "set", name, "7", "{", "--value", "json");
        ToolRun.Expect(2, "set", name, "7", "xyz", "--value", "hex");
        Assert.Equal([[5, 2]], table.FindAll(7));
    }

    [Fact]
    public void A_file_that_is_no_table_counts_as_damaged()
    {
        string path = TempTable.FreshName().MemoryPath;
        File.WriteAllText(path, new string('x', 1000));
        try
        {
            ToolRun.Expect(3, "stat", $"file:{path}");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Check_lists_what_is_damaged(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        table.Add(7, [1, 2]);
        Assert.Contains("consistent", ToolRun.Fine(temp, "check").Output, StringComparison.Ordinal);

        temp.IsDamagedOnPurpose();
        table.Memory[1, 4] = 99;
        ToolRun run = ToolRun.Run("check", temp.Name.ToString(), "--json");
        Assert.Equal(3, run.ExitCode);
        Assert.False(run.Json.GetProperty("isConsistent").GetBoolean());
        Assert.Contains("99 bindings are counted; there are 1", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void A_lock_that_is_not_free_within_the_time_is_a_timeout(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        table.Group(() => ToolRun.Expect(5, "set", temp.Name.ToString(), "7", "1", "--timeout", "0.1"));
        Assert.False(table.Contains(7));
    }

    [Fact]
    public void A_table_in_a_directory_that_is_a_file_is_refused_by_the_system()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        ToolRun.Expect(4, "create", $"file:{temp.Name.MemoryPath}/below");
    }

    [Fact]
    public void Another_locking_than_the_users_is_a_usage_error()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        _ = temp.Open();
        ToolRun.Expect(2, "set", temp.Name.ToString(), "7", "1", "--locking", "record");
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("compact")]
    public void A_target_that_is_a_directory_exists(string command)
    {
        using var temp = new TempTable();
        _ = temp.Open();
        ToolRun.Expect(2, command, temp.Name.ToString(), $"file:{TempTable.Directory}");
    }

    [Fact]
    public void Errors_of_the_command_line_are_json_when_asked_for()
    {
        ToolRun run = ToolRun.Expect(2, "get", "local:x", "--json");
        Assert.StartsWith("""{"error":"Required argument missing""", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("\"exitCode\":2}\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_are_json_when_asked_for()
    {
        ToolRun run = ToolRun.Expect(1, "get", TempTable.FreshName().ToString(), "7", "--json");
        Assert.Empty(run.Output);
        Assert.StartsWith("""{"error":"cannot open""", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("\"exitCode\":1}\n", run.Error, StringComparison.Ordinal);
    }
}
