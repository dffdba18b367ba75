using System.Text.Json;
using Netshm.TestKit;
using Netshm.Worker;

namespace Netshm.Tool.Tests;

/// <summary>bench and top.</summary>
public sealed class MeasuringTests
{
    [Fact]
    public void Bench_measures_each_operation_and_leaves_nothing()
    {
        JsonElement bench = ToolRun.Expect(0, "bench", "--bindings", "500", "--json").Json;
        Assert.Equal(500, bench.GetProperty("bindings").GetInt32());
        string[] measured =
        [
            .. bench.GetProperty("results").EnumerateArray()
                .Where(result => result.GetProperty("nanoseconds").GetDouble() > 0)
                .Select(result => $"{result.GetProperty("locking").GetString()} {result.GetProperty("operation").GetString()}"),
        ];
        string[] operations = ["add", "find", "find many", "replace", "remove"];
        Assert.Equal(
            from locking in new[] { "futex", "record", "none" }
            from operation in operations
            select $"{locking} {operation}",
            measured);
    }

    [Fact]
    public void Bench_refuses_impossible_numbers() => ToolRun.Expect(2, "bench", "--bindings", "0");

    [Fact]
    public void Top_tells_what_was_written_between_two_looks()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        using ChildProcess top = ToolRun.Start("top", temp.Name.ToString(), "--interval", "0.2", "--json");

        // Each line is about an interval; writing goes on until one has told of it.
        int writes = 0;
        JsonElement line;
        do
        {
            for (int i = 0; i < 100; i++)
                table.Replace(writes++, [1]);
            using JsonDocument document = JsonDocument.Parse(top.ReadLine());
            line = document.RootElement.Clone();
        }
        while (line.GetProperty("writesPerSecond").GetDouble() == 0);
        Assert.True(line.GetProperty("locksPerSecond").GetDouble() > 0);
        Assert.InRange(line.GetProperty("bindings").GetInt32(), 1, writes);
        Assert.Equal(1, line.GetProperty("processes").GetInt32());
        JsonElement process = Assert.Single(line.GetProperty("perProcess").EnumerateArray());
        Assert.Equal(Environment.ProcessId, process.GetProperty("processId").GetInt32());
        Assert.True(process.GetProperty("rates").GetProperty("writesPerSecond").GetDouble() > 0);
        top.Kill();
    }

    [Fact]
    public void Top_tells_apart_what_each_process_does()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        string boardPath = $"{temp.Name.MemoryPath}.board";
        try
        {
            using var board = SequenceBoard.Create(boardPath);
            using ChildProcess worker =
                WorkerProcess.Start("sequence", temp.Name.ToString(), "Futex", boardPath, "0", "10");
            Assert.Equal("ready", worker.ReadLine());
            JsonElement rates = ToolRun.Fine(temp, "top", "--interval", "0.3", "--count", "1", "--json").Json;
            Dictionary<int, JsonElement> processes = rates.GetProperty("perProcess").EnumerateArray().ToDictionary(
                process => process.GetProperty("processId").GetInt32(), process => process.GetProperty("rates"));
            Assert.Equal(2, processes.Count);
            Assert.Equal(0, processes[Environment.ProcessId].GetProperty("writesPerSecond").GetDouble());
            Assert.True(processes[worker.Id].GetProperty("writesPerSecond").GetDouble() > 0);
            Assert.True(processes[worker.Id].GetProperty("locksPerSecond").GetDouble() > 0);
        }
        finally
        {
            File.Delete(boardPath);
        }
    }

    [Fact]
    public void Stat_tells_what_each_process_has_counted()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        int pages = table.Check().TotalPages;
        for (int key = 0; key < 100; key++)
            table.Add(key, new int[10]);
        Assert.True(table.Remove(0));
        JsonElement slot = Assert.Single(
            ToolRun.Fine(temp, "stat", "--json").Json.GetProperty("sidecar").GetProperty("slots").EnumerateArray());
        JsonElement counts = slot.GetProperty("counts");
        Assert.Equal(101, counts.GetProperty("writes").GetInt64());
        Assert.Equal(table.Check().TotalPages - pages, counts.GetProperty("pagesAdded").GetInt64());
        Assert.InRange(counts.GetProperty("locks").GetInt64(), 101, 1000);
    }

    [Fact]
    public void Top_ends_well_when_it_is_interrupted()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        using ChildProcess top = ToolRun.Start("top", temp.Name.ToString(), "--interval", "0.05");
        _ = top.ReadLine();

        // Not SIGINT, which a program that was started in the background never gets.
        top.Signal("TERM");
        _ = top.Finish();
    }

    [Fact]
    public void Top_of_a_record_table_tells_what_is_known()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        temp.Open().Add(1, [1]);
        string line = Assert.Single(ToolRun.Fine(temp, "top", "--interval", "0.05", "--count", "1").Lines);
        Assert.StartsWith("writes/s -  locks/s -  bindings/s 0  pages/s 0  bindings 1", line, StringComparison.Ordinal);
    }
}
