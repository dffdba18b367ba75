using System.Globalization;
using System.Runtime.InteropServices;
using Netshm;

namespace WordCount;

/// <summary>A worker process: counts the chunks that its standard input names in the shared table.</summary>
internal static class Worker
{
    /// <summary>Runs <c>worker TABLE BATCH</c> until the standard input ends.</summary>
    public static int Run(string table, string batch)
    {
        // Ctrl-C reaches the whole process group. Only the coordinator answers it; it ends its workers itself.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var counts = SharedCounts.Open(SharedMemoryName.Parse(table));
        int batchSize = int.Parse(batch, CultureInfo.InvariantCulture);

        Console.WriteLine(WorkerMessages.Ready);
        while (Console.ReadLine() is { } line)
            Console.WriteLine(WorkerMessages.Done(Count(Chunk.Parse(line), counts, batchSize)));
        return ExitCode.Success;
    }

    private static long Count(Chunk chunk, SharedCounts counts, int batchSize)
    {
        long words = 0;
        foreach (string[] batch in Tokenizer.Words(chunk).Chunk(batchSize))
        {
            counts.Add(batch);
            words += batch.Length;
        }

        return words;
    }
}
