using System.Net;
using System.Net.Sockets;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>
/// The network before a node: the node's address is the relay's, which passes on what comes. It can be cut: then everything is
/// swallowed, and nobody is told, as in a network that is split.
/// </summary>
internal sealed class TcpRelay : IDisposable
{
    private const int BufferLength = 1 << 16;

    private readonly TcpListener _listener;
    private readonly IPEndPoint _node;
    private readonly Lock _sync = new();
    private readonly HashSet<Connection> _connections = [];
    private volatile bool _isCut;

    /// <param name="address">The IP address that others see.</param>
    /// <param name="hidden">The IP address at which the node listens; nobody else may use it.</param>
    public TcpRelay(string address, string hidden)
    {
        _listener = new TcpListener(IPAddress.Parse(address), port: 0);
        _listener.Start();
        using var free = new TcpListener(IPAddress.Parse(hidden), port: 0);
        free.Start();
        _node = (IPEndPoint)free.LocalEndpoint;
        _ = AcceptAsync();
    }

    /// <summary>The configuration of the node.</summary>
    public string Config
    {
        get
        {
            var seen = (IPEndPoint)_listener.LocalEndpoint;
            return FormattableString.Invariant($$"""
                akka.remote.dot-netty.tcp {
                  hostname = "{{_node.Address}}", port = {{_node.Port}}
                  public-hostname = "{{seen.Address}}", public-port = {{seen.Port}}
                }
                """);
        }
    }

    /// <summary>Swallows everything from now on.</summary>
    public void Cut() => _isCut = true;

    /// <summary>Passes everything on again. Connections of which something was lost end.</summary>
    public void Heal()
    {
        _isCut = false;
        EndAll();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        EndAll();
    }

    private void EndAll()
    {
        lock (_sync)
        {
            foreach (Connection connection in _connections)
                connection.Dispose();
            _connections.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new Connection(await _listener.AcceptTcpClientAsync());
                lock (_sync)
                    _ = _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener was disposed.
        }
    }

    private async Task ServeAsync(Connection connection)
    {
        try
        {
            await connection.ToNode.ConnectAsync(_node);
            _ = await Task.WhenAny(
                PassOnAsync(connection, connection.FromOthers, connection.ToNode),
                PassOnAsync(connection, connection.ToNode, connection.FromOthers));
        }
        catch (SocketException)
        {
            // The node is not there yet, or not any more.
        }
        catch (ObjectDisposedException)
        {
            // The relay was disposed, or healed.
        }

        connection.Dispose();
    }

    private async Task PassOnAsync(Connection connection, TcpClient from, TcpClient to)
    {
        byte[] buffer = new byte[BufferLength];
        try
        {
            int length;
            while ((length = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                connection.HasLost |= _isCut; // What comes behind a hole can't be understood.
                if (!connection.HasLost)
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // One of the ends was closed.
        }
    }

    private sealed class Connection(TcpClient fromOthers) : IDisposable
    {
        public TcpClient FromOthers { get; } = fromOthers;

        public TcpClient ToNode { get; } = new();

        public bool HasLost { get; set; }

        public void Dispose()
        {
            FromOthers.Dispose();
            ToNode.Dispose();
        }
    }
}
