using System.Runtime.CompilerServices;

namespace Netshm.Tests;

/// <summary>Rules about the source that a compiler can't check.</summary>
public class SourceTests
{
    [Fact]
    public void Unsafe_code_is_only_where_memory_is_mapped_and_libc_is_called()
    {
        Assert.All(
            from file in SourceFiles()
            where File.ReadLines(file).Any(line =>
                line.Contains("unsafe ", StringComparison.Ordinal) || line.Contains(" Unsafe.", StringComparison.Ordinal))
            select file,
            file => Assert.Equal("Interop", Path.GetFileName(Path.GetDirectoryName(file))));
    }

    [Fact]
    public void Threads_wait_only_where_tests_can_interrupt_them()
    {
        string[] waits = ["lock (", "Monitor.Enter(", "Monitor.TryEnter(", "Monitor.Wait(", "Thread.Sleep(", ".Join(Patience"];
        string[] found =
        [
            .. from file in SourceFiles()
               let lines = File.ReadAllLines(file)
               from number in Enumerable.Range(1, lines.Length - 1)
               where waits.Any(wait => lines[number].Contains(wait, StringComparison.Ordinal))
               where !lines[Math.Max(0, number - 3)..number].Any(line => line.Contains("Seam.Waiting(", StringComparison.Ordinal))
               select $"{Path.GetFileName(file)}: {lines[number].Trim()}",
        ];

        // The thread that waits there is the library's own: nobody else knows it.
        Assert.Equal(
            ["ChangeWatch.cs: while (_changed is null && !_isClosed && Monitor.Wait(_monitor, LingerInMilliseconds))"], found);
    }

    private static IEnumerable<string> SourceFiles()
    {
        string source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../src"));
        return Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
