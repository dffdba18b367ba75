using System.Text.Json;
using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>stat.</summary>
public sealed class StatTests
{
    [Fact]
    public void Stat_tells_counts_and_layout()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, [1, 2, 3]);
        table.Add(1, [4]);
        JsonElement statistics = ToolRun.Fine(temp, "stat", "--json").Json.GetProperty("statistics");
        Assert.Equal(1, statistics.GetProperty("keys").GetInt32());
        Assert.Equal(2, statistics.GetProperty("bindings").GetInt32());
        Assert.Equal(256, statistics.GetProperty("pageSize").GetInt32());
        Assert.Equal(1.0, statistics.GetProperty("averageProbes").GetDouble());
        Assert.Equal(table.Check().TotalPages, statistics.GetProperty("totalPages").GetInt32());
    }

    [Theory]
    [InlineData(SharedMemoryType.File, LockingMethod.Futex, "futex")]
    [InlineData(SharedMemoryType.File, LockingMethod.Record, "record")]
    [InlineData(SharedMemoryType.Posix, LockingMethod.Futex, "futex")]
    [InlineData(SharedMemoryType.Posix, LockingMethod.Record, "record")]
    public void Stat_names_the_processes_that_use_the_table(SharedMemoryType type, LockingMethod locking, string name)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = locking });
        _ = temp.Open();
        JsonElement stat = ToolRun.Fine(temp, "stat", "--json").Json;
        Assert.Equal(name, stat.GetProperty("locking").GetString());
        JsonElement user = Assert.Single(stat.GetProperty("users").EnumerateArray());
        Assert.Equal(Environment.ProcessId, user.GetProperty("processId").GetInt32());
        Assert.Equal(name, user.GetProperty("locking").GetString());
        if (locking == LockingMethod.Futex)
        {
            JsonElement slot = Assert.Single(stat.GetProperty("sidecar").GetProperty("slots").EnumerateArray());
            Assert.Equal(Environment.ProcessId, slot.GetProperty("processId").GetInt32());
        }
    }
}
