using Spectre.Console;

namespace WordCount;

/// <summary>
/// The whole job: count with many processes, through table actors and without them; count with one; compare and
/// report.
/// </summary>
internal static class Job
{
    /// <returns>The program's exit code: whether both counts are equal.</returns>
    /// <exception cref="InputException">An input file is missing or unreadable.</exception>
    /// <exception cref="WorkerFailedException">A worker process failed.</exception>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellation)
    {
        IReadOnlyList<string> files = InputFiles.Find(options.Paths);
        IReadOnlyList<Chunk> chunks = InputFiles.Cut(files, options.ChunkInBytes);
        IAnsiConsole console = Terminal.Open();

        (CountingResult actors, IReadOnlyList<KeyValuePair<string, int>> counts) =
            await CountSharedAsync(console, options, files.Count, chunks, WorkerMessages.ThroughActor, cancellation);
        (CountingResult direct, IReadOnlyList<KeyValuePair<string, int>> directCounts) =
            await CountSharedAsync(console, options, files.Count, chunks, WorkerMessages.Directly, cancellation);
        (CountingResult single, Dictionary<string, int> expected) = SingleProcessCount.Run(files, cancellation);

        Report.PrintTop(console, counts, options.Top);
        Report.PrintThroughput(console, options, actors, direct, single);
        if (options.CountsFile is { } countsFile)
            CountsFile.Write(countsFile, counts);

        IReadOnlyList<string> differences =
            [.. Comparison.Differences(counts, expected), .. Comparison.Differences(directCounts, expected)];
        Report.PrintVerdict(expected.Count, differences);
        return differences.Count == 0 ? ExitCode.Success : ExitCode.CountsDiffer;
    }

    private static Task<(CountingResult, IReadOnlyList<KeyValuePair<string, int>>)> CountSharedAsync(
        IAnsiConsole console, Options options, int fileCount, IReadOnlyList<Chunk> chunks,
        string way, CancellationToken cancellation) => SharedCounts.UseNewAsync(async table =>
    {
        long bytes = chunks.Sum(chunk => chunk.Length);
        string how = way == WorkerMessages.ThroughActor ? "through table actors" : "in the table alone";
        Console.WriteLine(
            $"Counting {how}: files {fileCount:N0}, bytes {bytes:N0}, processes {options.Processes}, " +
            $"batch {options.Batch}, table {table.Name}");
        var coordinator = new Coordinator(table.Name, options, way);
        CountingResult result = await ProgressDisplay.ShowAsync(
            console, options.Processes, chunks,
            progress => coordinator.CountAsync(chunks, progress, cancellation));
        return (result, table.ToList());
    });
}
