using System.Diagnostics;
using System.Globalization;
using Netshm;

namespace WordCount;

/// <summary>A worker as the program that started it sees it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private WorkerProcess(int number, Process process)
    {
        Number = number;
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The worker's place among the workers, from 0.</summary>
    public int Number { get; }

    /// <summary>Starts this program again as a worker on the table.</summary>
    public static WorkerProcess Start(int number, SharedMemoryName table, int batch, string way)
    {
        string host = Environment.ProcessPath!;
        var start = new ProcessStartInfo(host)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Under the dotnet host, the program proper is the host's first argument.
        if (Path.GetFileName(host) == "dotnet")
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        start.ArgumentList.Add(WorkerMessages.Command);
        start.ArgumentList.Add(table.ToString());
        start.ArgumentList.Add(batch.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(way);
        return new WorkerProcess(number, Process.Start(start)!);
    }

    /// <summary>Waits until the worker has opened the table.</summary>
    /// <exception cref="WorkerFailedException">It has not.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        string line = await ReadLineAsync(cancellation);
        if (line != WorkerMessages.Ready)
            throw Unexpected(line, WorkerMessages.Ready);
    }

    /// <summary>Has the worker count a chunk.</summary>
    /// <returns>How many words the chunk had.</returns>
    /// <exception cref="WorkerFailedException">The worker ended before it had counted the chunk.</exception>
    public async Task<long> CountAsync(Chunk chunk, CancellationToken cancellation)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(chunk.ToLine().AsMemory(), cancellation);
            await _process.StandardInput.FlushAsync(cancellation);
        }
        catch (IOException)
        {
            // The pipe has no reader any more: the worker has ended, and reading from it tells why.
        }

        string line = await ReadLineAsync(cancellation);
        return WorkerMessages.TryParseDone(line, out long words)
            ? words
            : throw Unexpected(line, WorkerMessages.Done(0));
    }

    /// <summary>Tells the worker that there is nothing more to count and waits for its end.</summary>
    /// <exception cref="WorkerFailedException">It ended with an error.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellation);
        if (_process.ExitCode != ExitCode.Success)
            throw await EndedAsync(cancellation);
    }

    /// <summary>Ends the worker if it is still there.</summary>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw await EndedAsync(cancellation);

    private async Task<WorkerFailedException> EndedAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        string errors = (await _errors.WaitAsync(cancellation)).Trim();
        return new WorkerFailedException(
            $"worker {Number + 1} ended with exit code {_process.ExitCode} before its work was done"
            + (errors.Length > 0 ? ":\n" + errors : ""));
    }

    private WorkerFailedException Unexpected(string found, string expected) =>
        new($"worker {Number + 1} wrote '{found}'; expected a line like '{expected}'");
}
