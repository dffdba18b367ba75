using System.Diagnostics;
using System.Globalization;

namespace Sessions;

/// <summary>A process that serves sessions, as the program that has started it sees it.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Stopwatch _age = Stopwatch.StartNew();

    private WorkerProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>How many sessions it has found.</summary>
    public long SessionsFound { get; private set; }

    /// <summary>The time from its start until it could serve.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Starts this program as a process that serves sessions, and waits until it can.</summary>
    /// <exception cref="ProcessFailedException">It ended before.</exception>
    public static async Task<WorkerProcess> StartAsync(
        StoreAddress address, string board, int number, CancellationToken stop)
    {
        bool isHosted = Path.GetFileName(Environment.ProcessPath) == "dotnet";
        string[] program = isHosted ? ["exec", typeof(WorkerProcess).Assembly.Location] : [];
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [.. program, Worker.Command, address.Kind, address.Place, board, number.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var worker = new WorkerProcess(Process.Start(start)!);
        try
        {
            await worker.AwaitReadyAsync(stop);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets it begin.</summary>
    /// <exception cref="ProcessFailedException">It has ended.</exception>
    public async Task BeginAsync()
    {
        try
        {
            await _process.StandardInput.WriteLineAsync("begin");
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            await CheckAsync(); // The pipe has no reader any more: the process has ended, and this tells why.
        }
    }

    /// <summary>Looks whether it still serves.</summary>
    /// <exception cref="ProcessFailedException">It has ended.</exception>
    public async Task CheckAsync()
    {
        if (_process.HasExited)
            throw await FailureAsync();
    }

    /// <summary>Kills the process without a warning (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Lets it stop, and waits for its end.</summary>
    /// <exception cref="ProcessFailedException">It ended with an error.</exception>
    public async Task FinishAsync(CancellationToken stop)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(stop);
        if (_process.ExitCode != ExitCode.Success)
            throw await FailureAsync();
    }

    /// <summary>Kills the process if it is still there.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task AwaitReadyAsync(CancellationToken stop)
    {
        if (await _process.StandardOutput.ReadLineAsync(stop) is not { } line)
            throw await FailureAsync();
        StartTime = _age.Elapsed;
        SessionsFound = long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private async Task<ProcessFailedException> FailureAsync()
    {
        await _process.WaitForExitAsync();
        string errors = (await _errors).Trim();
        return new ProcessFailedException(
            $"process {Id} ended with exit code {_process.ExitCode}{(errors.Length > 0 ? ": " : "")}{errors}");
    }
}
