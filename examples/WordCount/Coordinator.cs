using System.Collections.Concurrent;
using System.Diagnostics;
using Netshm;

namespace WordCount;

/// <summary>Starts the workers and hands out chunks, each to whichever worker is free, until all are counted.</summary>
internal sealed class Coordinator(SharedMemoryName table, Options options, string way)
{
    /// <summary>Counts the chunks in the table. The time begins when all workers are ready.</summary>
    /// <param name="chunks">What to count.</param>
    /// <param name="progress">Is told each counted chunk and the number of the worker that counted it.</param>
    /// <param name="cancellation">Ends the workers where they are.</param>
    /// <exception cref="WorkerFailedException">A worker failed; the others are ended.</exception>
    public async Task<CountingResult> CountAsync(
        IEnumerable<Chunk> chunks, Action<int, Chunk> progress, CancellationToken cancellation)
    {
        var queue = new ConcurrentQueue<Chunk>(chunks);
        var workers = new List<WorkerProcess>();
        try
        {
            for (int number = 0; number < options.Processes; number++)
                workers.Add(WorkerProcess.Start(number, table, options.Batch, way));
            await Task.WhenAll(workers.Select(worker => worker.WaitUntilReadyAsync(cancellation)));

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var clock = Stopwatch.StartNew();
            long[] words = await Task.WhenAll(workers.Select(worker => DealAsync(worker, queue, progress, stop)));
            return new CountingResult(words.Sum(), clock.Elapsed);
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }
    }

    private static async Task<long> DealAsync(
        WorkerProcess worker, ConcurrentQueue<Chunk> queue, Action<int, Chunk> progress, CancellationTokenSource stop)
    {
        try
        {
            long words = 0;
            while (queue.TryDequeue(out Chunk? chunk))
            {
                words += await worker.CountAsync(chunk, stop.Token);
                progress(worker.Number, chunk);
            }

            await worker.FinishAsync(stop.Token);
            return words;
        }
        catch
        {
            // The counts can't become right any more, so the other workers need not go on.
            await stop.CancelAsync();
            throw;
        }
    }
}
