using System.Diagnostics;
using System.Globalization;
using Netshm.Actors.Cluster;

namespace ClusterCache;

/// <summary>A process of the cluster, seen from the demonstration.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private bool _isGone;

    private NodeProcess(string name, Process process)
    {
        Name = name;
        _process = process;
    }

    /// <summary>What the demonstration calls it.</summary>
    public string Name { get; }

    /// <summary>Starts this program as a node on a host, and waits until it keeps partitions.</summary>
    public static async Task<NodeProcess> StartAsync(string name, Host host, string seed)
    {
        bool isHosted = Path.GetFileName(Environment.ProcessPath) == "dotnet";
        string[] arguments = isHosted ? ["exec", typeof(NodeProcess).Assembly.Location] : [];
        var start = new ProcessStartInfo(
            Environment.ProcessPath!, [.. arguments, Node.Command, host.Name, host.Address, host.Directory, seed])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var node = new NodeProcess(name, Process.Start(start)!);
        _ = await node.ReadAsync();
        Console.WriteLine($"{name} runs on host {host.Name} ({host.Address}, {host.Directory})");
        return node;
    }

    /// <summary>How many partitions it has begun to serve since it was asked last, by where their contents came from.</summary>
    public async Task<IReadOnlyDictionary<PartitionOrigin, int>> StartedAsync()
    {
        return (await AskAsync("started")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('='))
            .ToDictionary(
                parts => Enum.Parse<PartitionOrigin>(parts[0]), parts => int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Has it set the price of an article.</summary>
    public Task SetPriceAsync(string article, int price) => AskAsync($"price {article} {price}");

    /// <summary>Has it look the price of an article up; see <see cref="Prices.LookUpAsync"/>.</summary>
    public Task<string> PriceAsync(string article) => AskAsync($"price {article}");

    /// <summary>Kills the process without a warning (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _isGone = true;
        _process.Kill();
        await _process.WaitForExitAsync();
        Console.WriteLine($"{Name}: killed");
    }

    /// <summary>Has the process leave the cluster orderly, and waits for its end.</summary>
    public async Task LeaveAsync()
    {
        _isGone = true;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        Console.WriteLine($"{Name}: left, exit code {_process.ExitCode}");
    }

    /// <summary>Ends the process if it is still there.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isGone)
            await LeaveAsync();
        _process.Dispose();
    }

    private async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new IOException($"{Name} ended without an answer");
}

/// <summary>What stands for a host here: an address, and a directory for the files that its processes share.</summary>
internal sealed record Host(string Name, string Address, string Directory);
