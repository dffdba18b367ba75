using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Sessions;

/// <summary>A Redis server of this program's own: it listens on a Unix socket, and stores nothing on disk.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const int NoSuchFile = 2; // ENOENT
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _output = new();

    private RedisServer(Process process, string socket)
    {
        _process = process;
        Socket = socket;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
    }

    /// <summary>The path of the server's socket.</summary>
    public string Socket { get; }

    /// <summary>Starts the server and waits until it listens.</summary>
    /// <returns>The server, or null where <c>redis-server</c> is not installed.</returns>
    /// <exception cref="ProcessFailedException">It did not start.</exception>
    public static async Task<RedisServer?> StartAsync(string directory, CancellationToken stop)
    {
        string socket = Path.Combine(directory, "redis.sock");
        string[] arguments = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", directory];
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("redis-server", arguments) { RedirectStandardOutput = true })!;
        }
        catch (Win32Exception e) when (e.NativeErrorCode == NoSuchFile)
        {
            return null;
        }

        var server = new RedisServer(process, socket);
        try
        {
            await server._ready.Task.WaitAsync(s_patience, stop);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Looks for the line that says that the server listens; the output's end comes as null.</summary>
    private void Note(string? line)
    {
        if (line is null)
            _ready.TrySetException(new ProcessFailedException($"redis-server ended by itself:\n{_output}"));
        else if (line.Contains("ready to accept connections", StringComparison.OrdinalIgnoreCase))
            _ready.TrySetResult();
        else if (!_ready.Task.IsCompleted)
            _output.AppendLine(line);
    }
}
