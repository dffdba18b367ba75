using System.Diagnostics;
using Netshm;

namespace Sessions;

/// <summary>A serving process and the lines to and from it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private bool _isKilled;

    private ServerProcess(Process process) => _process = process;

    /// <summary>Starts this program as a server, and waits until it serves.</summary>
    public static async Task<ServerProcess> StartAsync(SharedMemoryName table)
    {
        bool isHosted = Path.GetFileName(Environment.ProcessPath) == "dotnet";
        string[] arguments = isHosted ? ["exec", typeof(ServerProcess).Assembly.Location] : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. arguments, Server.Command, table.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var server = new ServerProcess(Process.Start(start)!);
        Console.WriteLine($"process {server._process.Id}: {await server.ReadAsync()}");
        return server;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public async Task<string> AskAsync(string request)
    {
        await TellAsync(request);
        return await ReadAsync();
    }

    /// <summary>Sends a request.</summary>
    public async Task TellAsync(string request)
    {
        await _process.StandardInput.WriteLineAsync(request);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Kills the process without a warning (SIGKILL).</summary>
    public void Kill()
    {
        _isKilled = true;
        _process.Kill();
        Console.WriteLine($"process {_process.Id}: killed");
    }

    /// <summary>Closes the process's input, which ends it, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isKilled)
            _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new IOException("the server ended without an answer");
}
