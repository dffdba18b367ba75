using System.Runtime.InteropServices;

namespace Sessions;

/// <summary>
/// A process that serves sessions. It says <c>ready N</c> when it has opened the store and found N sessions there, begins at
/// the first line of its input, and stops at the end of its input.
/// </summary>
internal static class Worker
{
    /// <summary>The command that starts it; STORE, PLACE, BOARD and NUMBER follow.</summary>
    public const string Command = "serve";

    /// <summary>Serves sessions.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(StoreAddress address, string boardPath, int number)
    {
        // The terminal sends Ctrl-C to all processes; the one that has started this one ends it.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        try
        {
            using Board board = Board.Open(boardPath);
            await using ISessionStore store = await address.OpenAsync();
            Console.WriteLine($"ready {await store.CountAsync()}");
            if (Console.ReadLine() is not null)
                await ServeAsync(store, board, number);
            return ExitCode.Success;
        }
        catch (Exception e) when (Failure.IsExpected(e))
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Failed;
        }
    }

    private static async Task ServeAsync(ISessionStore store, Board board, int number)
    {
        using var stop = new CancellationTokenSource();
        Task[] clients =
        [
            .. Enumerable.Range(number * Load.ClientsPerProcess, Load.ClientsPerProcess)
                .Select(client => Task.Run(() => new Client(store, board, client).RunAsync(stop.Token))),
        ];
        Task input = Task.Factory.StartNew(Console.In.ReadToEnd, TaskCreationOptions.LongRunning);
        await Task.WhenAny([input, .. clients]); // A client ends by itself only if it fails.
        stop.Cancel();
        await Task.WhenAll(clients);
    }
}
