using System.Globalization;
using System.Runtime.InteropServices;
using Netshm;

namespace WordCount;

/// <summary>A worker process: counts the chunks that its standard input names in the shared table.</summary>
internal static class Worker
{
    /// <summary>How many batches may wait for the table actor, so that it always has something to do.</summary>
    private const int MaxBatchesUnderWay = 16;

    /// <summary>Runs <c>worker TABLE BATCH WAY</c> until the standard input ends.</summary>
    public static async Task<int> RunAsync(string table, string batch, string way)
    {
        // Ctrl-C reaches the whole process group. Only the coordinator answers it; it ends its workers itself.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        SharedMemoryName name = SharedMemoryName.Parse(table);
        int batchSize = int.Parse(batch, CultureInfo.InvariantCulture);
        if (way == WorkerMessages.ThroughActor)
        {
            await using ActorCounts counts = await ActorCounts.OpenAsync(name);
            await ServeAsync(batchSize, counts.AddAsync);
        }
        else
        {
            using var counts = SharedCounts.Open(name);
            await ServeAsync(batchSize, words =>
            {
                counts.Add(words);
                return Task.CompletedTask;
            });
        }

        return ExitCode.Success;
    }

    private static async Task ServeAsync(int batchSize, Func<IReadOnlyList<string>, Task> add)
    {
        Console.WriteLine(WorkerMessages.Ready);
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(WorkerMessages.Done(await CountAsync(Chunk.Parse(line), batchSize, add)));
    }

    private static async Task<long> CountAsync(Chunk chunk, int batchSize, Func<IReadOnlyList<string>, Task> add)
    {
        long words = 0;
        var underWay = new Queue<Task>();
        foreach (string[] batch in Tokenizer.Words(chunk).Chunk(batchSize))
        {
            if (underWay.Count == MaxBatchesUnderWay)
                await underWay.Dequeue();
            underWay.Enqueue(add(batch));
            words += batch.Length;
        }

        await Task.WhenAll(underWay);
        return words;
    }
}
