using System.Diagnostics;
using System.Text;

namespace Netshm.TestKit;

/// <summary>Another process of a test, spoken to in lines; every wait for it is bounded.</summary>
/// <remarks>
/// When a wait takes too long, the process is killed and the wait fails with what it wrote to its standard error.
/// Disposing it closes its standard input, waits for its end and demands exit code 0 and an empty standard error,
/// unless it was killed by <see cref="Kill"/> or has failed before.
/// </remarks>
public sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan _defaultPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(2);
    private readonly string _description;
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private bool _settled;

    private ChildProcess(string description, ProcessStartInfo start)
    {
        _description = description;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => NoteError(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.StandardInput.AutoFlush = true;
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>The longest time one wait for the process may take; 60 s unless it is set.</summary>
    public TimeSpan Patience { get; init; } = _defaultPatience;

    /// <summary>Whether the processes that it has started are killed with it.</summary>
    private bool KillsDescendants { get; init; }

    /// <summary>Starts a program.</summary>
    /// <param name="description">What failure messages call it.</param>
    /// <param name="program">The program's path, or its name in the search path.</param>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="patience">The longest time one wait for it may take.</param>
    /// <param name="killsDescendants">Whether the processes that it has started are killed with it.</param>
    public static ChildProcess Start(
        string description, string program, IEnumerable<string> arguments, TimeSpan? patience = null,
        bool killsDescendants = false)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new ChildProcess(description, start)
        {
            Patience = patience ?? _defaultPatience,
            KillsDescendants = killsDescendants,
        };
    }

    /// <summary>Sends one line.</summary>
    /// <exception cref="ChildProcessException">The process has ended.</exception>
    public void WriteLine(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
        }
        catch (IOException e)
        {
            throw Failure($"does not take the line '{line}'", e);
        }
    }

    /// <summary>Waits for one line.</summary>
    /// <exception cref="ChildProcessException">The process ended, or took too long and was killed.</exception>
    public string ReadLine() =>
        Bounded(() => _process.StandardOutput.ReadLine()) ?? throw Failure("ended without a further line");

    /// <summary>Sends one line and waits for one.</summary>
    /// <exception cref="ChildProcessException">The process ended, or took too long and was killed.</exception>
    public string Ask(string line)
    {
        WriteLine(line);
        return ReadLine();
    }

    /// <summary>Closes the process's standard input, reads the rest of its output and waits for its good end.</summary>
    /// <returns>The lines it still wrote.</returns>
    /// <exception cref="ChildProcessException">
    /// The exit code is not 0, the standard error is not empty, or the process took too long and was killed.
    /// </exception>
    public IReadOnlyList<string> Finish()
    {
        CloseInput();
        string rest = Bounded(() => _process.StandardOutput.ReadToEnd());
        Bounded(() =>
        {
            _process.WaitForExit();
            return true;
        });
        if (_process.ExitCode != 0 || ErrorText.Length > 0)
            throw Failure(FormattableString.Invariant($"ended with exit code {_process.ExitCode}"));
        _settled = true;
        return rest.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>
    /// Kills the process (SIGKILL), and waits for its end and for that of those to whom it has left its output; nothing
    /// more is demanded of it.
    /// </summary>
    /// <exception cref="ChildProcessException">It had failed by itself before.</exception>
    public void Kill()
    {
        const int killed = 128 + 9;
        bool wasSettled = _settled;
        _settled = true;
        _process.Kill(KillsDescendants);
        _process.WaitForExit();
        _ = Bounded(() => _process.StandardOutput.ReadToEnd());
        if (!wasSettled && _process.ExitCode is not (0 or killed))
            throw Failure("had failed before it was to be killed");
    }

    /// <summary>Sends the process a signal: <c>STOP</c>, <c>CONT</c> and so on.</summary>
    /// <exception cref="ChildProcessException">It has ended, or there is no such signal.</exception>
    public void Signal(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", FormattableString.Invariant($"{_process.Id}")]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw Failure($"could not be sent the signal {signal}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (!_settled)
                _ = Finish();
        }
        finally
        {
            _process.Dispose();
        }
    }

    private string ErrorText
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    private void NoteError(string? line)
    {
        if (line is null)
            return;
        lock (_errors)
            _errors.AppendLine(line);
    }

    private void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException e)
        {
            throw Failure("has closed its standard input", e);
        }
    }

    /// <summary>Waits under a watchdog that kills the process, which makes any wait for it end.</summary>
    private T Bounded<T>(Func<T> wait)
    {
        bool expired = false;
        var watchdog = new Timer(
            _ =>
            {
                Volatile.Write(ref expired, true);
                _process.Kill(KillsDescendants);
            },
            null,
            Patience,
            Timeout.InfiniteTimeSpan);
        T result = wait();
        // A callback that runs already is waited for, so that it never meets a disposed process.
        watchdog.DisposeAsync().AsTask().Wait();
        return Volatile.Read(ref expired)
            ? throw Failure(FormattableString.Invariant($"took longer than {Patience.TotalSeconds} s and was killed"))
            : result;
    }

    private ChildProcessException Failure(string problem, Exception? cause = null)
    {
        // A process that is ending by itself gets the time to leave its own exit code and messages.
        if (!_settled && !_process.WaitForExit(_lastWords))
            _process.Kill(KillsDescendants);
        _settled = true;
        _process.WaitForExit();
        return new ChildProcessException(
            FormattableString.Invariant(
                $"{_description} {problem} (exit code {_process.ExitCode}); its standard error: {ErrorText}"),
            cause);
    }
}

/// <summary>A process of a test did not behave.</summary>
public sealed class ChildProcessException(string message, Exception? cause) : Exception(message, cause);
