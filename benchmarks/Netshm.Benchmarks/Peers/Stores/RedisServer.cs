using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>A Redis server of this process without persistence, which dies with it.</summary>
internal sealed class RedisServer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    /// <summary>Starts it and waits until it can be connected to.</summary>
    /// <param name="directory">Where its socket lies, and the file that tells its port.</param>
    public RedisServer(string directory)
    {
        string port = FreePort().ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            "--pdeathsig", "KILL", "redis-server", "--bind", "127.0.0.1", "--port", port,
            "--unixsocket", SocketPath(directory), "--save", "", "--appendonly", "no", "--dir", directory,
        ];
        _process = Process.Start(new ProcessStartInfo("setpriv", arguments) { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        File.WriteAllText(PortPath(directory), port);
        WaitUntilReady(directory);
    }

    /// <summary>Connects over TCP or the Unix socket.</summary>
    public static RespConnection Connect(string directory, bool overTcp)
    {
        if (!overTcp)
        {
            var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            unix.Connect(new UnixDomainSocketEndPoint(SocketPath(directory)));
            return new RespConnection(unix);
        }

        int port = int.Parse(File.ReadAllText(PortPath(directory)), CultureInfo.InvariantCulture);
        var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        tcp.Connect(IPAddress.Loopback, port);
        return new RespConnection(tcp);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string SocketPath(string directory) => Path.Combine(directory, "redis.sock");

    private static string PortPath(string directory) => Path.Combine(directory, "port");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilReady(string directory)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using RespConnection first = Connect(directory, overTcp: true);
                return;
            }
            catch (SocketException) when (watch.Elapsed < s_patience && !_process.HasExited)
            {
                Thread.Sleep(10);
            }
        }
    }
}
