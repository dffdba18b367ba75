using System.Buffers.Text;
using System.Net.Sockets;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>
/// A connection to Redis that speaks its protocol (RESP2) with blocking calls on one socket: commands are collected, sent
/// together, and their replies read in order. Without hand-overs between threads it answers a single command sooner than
/// general clients do.
/// </summary>
internal sealed class RespConnection(Socket socket) : IDisposable
{
    private byte[] _sent = new byte[1 << 16];
    private int _sentLength;
    private byte[] _received = new byte[1 << 16];
    private int _begin;
    private int _end;

    /// <summary>Collects the head of a command, of which so many arguments follow, its name included.</summary>
    public RespConnection Command(int arguments, ReadOnlySpan<byte> name)
    {
        Header((byte)'*', arguments);
        return Argument(name);
    }

    /// <summary>Collects an argument.</summary>
    public RespConnection Argument(ReadOnlySpan<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        EnsureRoom(bytes.Length + 2);
        bytes.CopyTo(_sent.AsSpan(_sentLength));
        _sentLength += bytes.Length;
        EndLine();
        return this;
    }

    /// <summary>Sends what was collected.</summary>
    public void Send()
    {
        for (int sent = 0; sent < _sentLength;)
            sent += socket.Send(_sent.AsSpan(sent, _sentLength - sent));
        _sentLength = 0;
    }

    /// <summary>Reads a reply whose content does not matter, but demands that it is no error.</summary>
    public void ReadDone()
    {
        (char type, long number) = ReadHeader();
        if (type == '$' && number >= 0)
            _ = ReadBytes((int)number);
        for (long i = 0; type == '*' && i < number; i++)
            ReadDone();
    }

    /// <summary>Reads a number.</summary>
    public long ReadNumber() => Expect(':');

    /// <summary>Reads how many replies follow.</summary>
    public int ReadCount() => (int)Expect('*');

    /// <summary>Reads a string.</summary>
    /// <param name="isNull">Whether there is none.</param>
    /// <returns>Its bytes, valid until the next call.</returns>
    public ReadOnlySpan<byte> ReadString(out bool isNull)
    {
        long length = Expect('$');
        isNull = length < 0;
        return isNull ? default : ReadBytes((int)length);
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private void Header(byte type, int number)
    {
        EnsureRoom(16);
        _sent[_sentLength++] = type;
        _ = Utf8Formatter.TryFormat(number, _sent.AsSpan(_sentLength), out int written);
        _sentLength += written;
        EndLine();
    }

    private void EndLine()
    {
        _sent[_sentLength++] = (byte)'\r';
        _sent[_sentLength++] = (byte)'\n';
    }

    private void EnsureRoom(int bytes)
    {
        if (_sent.Length < _sentLength + bytes)
            Array.Resize(ref _sent, Math.Max(2 * _sent.Length, _sentLength + bytes));
    }

    private long Expect(char type)
    {
        (char found, long number) = ReadHeader();
        return found == type ? number : throw new IOException($"Redis answers '{found}' instead of '{type}'");
    }

    private (char Type, long Number) ReadHeader()
    {
        int length;
        while ((length = _received.AsSpan(_begin, _end - _begin).IndexOf("\r\n"u8)) < 0)
            Receive(_end - _begin + 1);
        ReadOnlySpan<byte> line = _received.AsSpan(_begin, length);
        _begin += length + 2;
        if (line[0] == '-')
            throw new IOException($"Redis: {System.Text.Encoding.UTF8.GetString(line)}");
        _ = Utf8Parser.TryParse(line[1..], out long number, out _);
        return ((char)line[0], number);
    }

    private ReadOnlySpan<byte> ReadBytes(int length)
    {
        if (_end - _begin < length + 2)
            Receive(length + 2);
        ReadOnlySpan<byte> bytes = _received.AsSpan(_begin, length);
        _begin += length + 2;
        return bytes;
    }

    /// <summary>Waits until so many bytes are there, which it moves to the front of the buffer.</summary>
    private void Receive(int needed)
    {
        _received.AsSpan(_begin, _end - _begin).CopyTo(_received);
        _end -= _begin;
        _begin = 0;
        if (_received.Length < needed)
            Array.Resize(ref _received, 2 * needed);
        while (_end < needed)
        {
            int received = socket.Receive(_received.AsSpan(_end));
            _end += received > 0 ? received : throw new IOException("Redis has closed the connection");
        }
    }
}
