using System.Diagnostics;

namespace Sessions;

/// <summary>The load on a store: processes serve its sessions; one of them is killed in the middle and started again.</summary>
internal sealed class Trial : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    private readonly StoreAddress _store;
    private readonly string _boardPath;
    private readonly Board _board;
    private readonly Display _display;
    private readonly CancellationToken _stop;
    private readonly WorkerProcess?[] _processes = new WorkerProcess?[Load.Processes];
    private readonly ProcessState[] _states = new ProcessState[Load.Processes];
    private readonly Stopwatch _clock = new();

    private Trial(StoreAddress store, string boardPath, Board board, Display display, CancellationToken stop)
    {
        _store = store;
        _boardPath = boardPath;
        _board = board;
        _display = display;
        _stop = stop;
    }

    /// <summary>Creates the sessions, has them served, and looks for what was lost.</summary>
    /// <param name="store">The store; it is empty.</param>
    /// <param name="boardPath">Where the board is to be.</param>
    /// <param name="display">Shows how it goes on.</param>
    /// <param name="duration">How long the load lasts, without the restart.</param>
    /// <param name="stop">Ends the processes at once.</param>
    public static async Task<Outcome> RunAsync(
        StoreAddress store, string boardPath, Display display, TimeSpan duration, CancellationToken stop)
    {
        await CreateSessionsAsync(store);
        using Board board = Board.Create(boardPath);
        await using var trial = new Trial(store, boardPath, board, display, stop);
        await display.ShowAsync(() => trial.ServeAsync(duration));
        await using ISessionStore opened = await store.OpenAsync();
        (long acknowledged, long lost) = await LostUpdates.CountAsync(board, opened);
        return new Outcome(
            store.Kind, acknowledged, lost, board.ReadsOf(..), board.UpdatesOf(..), trial._clock.Elapsed);
    }

    /// <summary>Kills the processes that are still there.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (WorkerProcess? process in _processes)
        {
            if (process is not null)
                await process.DisposeAsync();
        }
    }

    private static async Task CreateSessionsAsync(StoreAddress address)
    {
        await using ISessionStore store = await address.OpenAsync();
        for (int user = 0; user < Load.Users; user++)
            await store.CreateAsync(Session.Begin(user));
    }

    private async Task ServeAsync(TimeSpan duration)
    {
        await Task.WhenAll(Enumerable.Range(0, Load.Processes).Select(number => StartAsync(number, "started")));
        _clock.Start();
        foreach (WorkerProcess? process in _processes)
            await process!.BeginAsync();
        await WatchAsync(Task.Delay(duration / 2, _stop));

        await KillAsync(Load.Victim);
        await WatchAsync(StartAsync(Load.Victim, "started again"));
        await _processes[Load.Victim]!.BeginAsync();
        await WatchAsync(Task.Delay(duration / 2, _stop));

        await Task.WhenAll(_processes.Select(process => process!.FinishAsync(_stop)));
        _clock.Stop();
    }

    private async Task StartAsync(int number, string verb)
    {
        _states[number] = ProcessState.Starting;
        WorkerProcess process = await WorkerProcess.StartAsync(_store, _boardPath, number, _stop);
        _processes[number] = process;
        _states[number] = ProcessState.Serving;
        _display.Tell(
            $"process {number + 1} {verb}: process id {process.Id}, {process.SessionsFound:N0} sessions found after " +
            $"{process.StartTime.TotalMilliseconds:N0} ms");
    }

    private async Task KillAsync(int number)
    {
        WorkerProcess process = _processes[number]!;
        _processes[number] = null;
        _states[number] = ProcessState.Killed;
        await using (process)
            await process.KillAsync();
        _display.Tell($"process {number + 1} killed (SIGKILL) after {_clock.Elapsed.TotalSeconds:N1} s");
    }

    /// <summary>Shows what the processes do until something has happened.</summary>
    /// <exception cref="ProcessFailedException">A process ended by itself.</exception>
    private async Task WatchAsync(Task happening)
    {
        while (!happening.IsCompleted)
        {
            await Task.WhenAny(happening, Task.Delay(s_interval, _stop));
            foreach (WorkerProcess? process in _processes)
                await (process?.CheckAsync() ?? Task.CompletedTask);
            _display.Show(_clock.Elapsed, [.. Enumerable.Range(0, Load.Processes).Select(ProgressOf)]);
        }

        await happening;
    }

    private ProcessProgress ProgressOf(int number)
    {
        int first = number * Load.ClientsPerProcess;
        Range clients = first..(first + Load.ClientsPerProcess);
        return new ProcessProgress(_states[number], _board.ReadsOf(clients).Sum(), _board.UpdatesOf(clients).Sum());
    }
}
