using Spectre.Console;

namespace WordCount;

/// <summary>Shows live how much is counted, by all workers and by each.</summary>
internal static class ProgressDisplay
{
    /// <summary>Does the work; its callback moves the bars. Where there is no terminal, nothing is shown.</summary>
    public static async Task<T> ShowAsync<T>(
        IAnsiConsole console, int workers, IReadOnlyList<Chunk> chunks, Func<Action<int, Chunk>, Task<T>> work)
    {
        Capabilities capabilities = console.Profile.Capabilities;
        if (!capabilities.Interactive || !capabilities.Ansi)
            return await work((_, _) => { });

        return await console.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn())
            .StartAsync(async context =>
            {
                // Each worker's bar shows its share of the whole, so the workers' bars add up to the first one.
                double totalBytes = chunks.Sum(chunk => chunk.Length);
                ProgressTask all = context.AddTask("all workers", maxValue: totalBytes);
                ProgressTask[] shares =
                [
                    .. Enumerable.Range(1, workers)
                        .Select(number => context.AddTask($"worker {number}", maxValue: totalBytes)),
                ];
                return await work((worker, chunk) =>
                {
                    shares[worker].Increment(chunk.Length);
                    all.Increment(chunk.Length);
                });
            });
    }
}
