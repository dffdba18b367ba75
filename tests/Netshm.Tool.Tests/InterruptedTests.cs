using System.Diagnostics;
using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>What is left of a command that is interrupted.</summary>
public sealed class InterruptedTests
{
    [Fact]
    public void A_load_that_waits_for_its_input_leaves_no_table()
    {
        SharedMemoryName name = TempTable.FreshName();
        using Process load = ToolRun.StartPlain("load", name.ToString());
        load.StandardInput.WriteLine("""{"key":1,"value":[1]}""");
        load.StandardInput.Flush();
        while (!File.Exists(name.MemoryPath + ".netshm")) // It has opened the table and waits for the next line.
            Thread.Yield();
        Interrupt(load);
        Assert.False(File.Exists(name.MemoryPath));
        Assert.False(File.Exists(name.MemoryPath + ".netshm"));
    }

    [Fact]
    public void A_bench_leaves_no_table()
    {
        using Process bench = ToolRun.StartPlain("bench", "--bindings", "10000000", "--locking", "futex");
        string table;
        while ((table = TableOf(bench)).Length == 0)
            Thread.Yield();
        Interrupt(bench);
        Assert.False(File.Exists(table));
    }

    private static void Interrupt(Process run)
    {
        // Not SIGINT, which a program that was started in the background never gets.
        using (Process kill = Process.Start("kill", ["-TERM", $"{run.Id}"]))
            kill.WaitForExit();
        Assert.True(run.WaitForExit(TimeSpan.FromMinutes(2)), "It should have ended after some seconds.");
        Assert.Equal(130, run.ExitCode);
    }

    /// <summary>The table that a bench has mapped, once it is larger than the one that it begins with.</summary>
    private static string TableOf(Process bench)
    {
        const long larger = 64 << 20;
        return File.ReadLines($"/proc/{bench.Id}/maps")
            .Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .FirstOrDefault(path => path.Contains("/bench-", StringComparison.Ordinal)
                && new FileInfo(path) is { Exists: true, Length: > larger })
            ?? "";
    }
}
