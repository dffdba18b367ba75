using System.Runtime.InteropServices;

namespace Netshm.Tool.CommandLine;

/// <summary>
/// Ctrl-C, a closed terminal, requests to terminate: a command gets some time to clean up, then the program ends anyway.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan s_timeToCleanUp = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _timeIsUp = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Catches the signals from now on.</summary>
    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    /// <summary>Says that there was a signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>
    /// Waits for a command; not for ever when there was a signal, since it may itself wait for a lock. What it has begun is
    /// then removed.
    /// </summary>
    public async Task<int> WaitForAsync(Task<int> command)
    {
        if (await Task.WhenAny(command, _timeIsUp.Task) == command)
            return await command;
        Unfinished.RemoveAll();
        return ExitCode.Interrupted;
    }

    /// <summary>Leaves the signals to the system again.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _source.Cancel();
        _ = Task.Delay(s_timeToCleanUp).ContinueWith(
            _ => _timeIsUp.TrySetResult(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
