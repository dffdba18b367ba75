using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>
/// Redis without persistence, over loopback: keys of 4 bytes, one command and one answer at a time; batches are pipelined.
/// </summary>
internal sealed class RedisStore : Store
{
    private const int FillBatch = 256;
    private const int ScanCount = 1000;

    /// <summary>The last word of a value, counted up by the server.</summary>
    private static readonly byte[] s_modification = Encoding.ASCII.GetBytes(
        "local v = redis.call('GET', KEYS[1]) "
        + "if #v > 8 then v = string.sub(v, 1, -5) .. struct.pack('<I4', struct.unpack('<I4', string.sub(v, -4)) + 1) end "
        + "redis.call('SET', KEYS[1], v) return 1");

    private readonly string _directory;
    private readonly bool _overTcp;
    private readonly RedisServer? _server;
    private readonly RespConnection _connection;
    private readonly byte[] _modificationHash;
    private readonly long _bytesWhenEmpty;

    /// <summary>Starts a server, or connects to that in the place's directory.</summary>
    public RedisStore(StorePlace place, bool overTcp)
        : base(place.Words)
    {
        _directory = place.Directory;
        _overTcp = overTcp;
        _server = place.IsNew ? new RedisServer(place.Directory) : null;
        _connection = RedisServer.Connect(place.Directory, overTcp);
        _connection.Command(3, "SCRIPT"u8).Argument("LOAD"u8).Argument(s_modification).Send();
        _modificationHash = _connection.ReadString(out _).ToArray();
        _bytesWhenEmpty = UsedMemory();
    }

    /// <inheritdoc/>
    public override bool Read(int key, Span<int> destination)
    {
        AskFor(key);
        _connection.Send();
        return ReadValue(destination);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> ReadMany(ReadOnlySpan<int> keys)
    {
        foreach (int key in keys)
            AskFor(key);
        _connection.Send();
        Span<int> values = ManyWords(keys.Length);
        int found = 0;
        for (int i = 0; i < keys.Length; i++)
            found += ReadValue(values.Slice(found * Words, Words)) ? 1 : 0;
        return values[..(found * Words)];
    }

    /// <inheritdoc/>
    public override void Replace(int key, ReadOnlySpan<int> value)
    {
        Set(key, value);
        _connection.Send();
        _connection.ReadDone();
    }

    /// <inheritdoc/>
    public override bool Remove(int key)
    {
        _connection.Command(2, "DEL"u8).Argument(BytesOf(in key)).Send();
        return _connection.ReadNumber() == 1;
    }

    /// <inheritdoc/>
    public override void Modify(int key)
    {
        _connection.Command(4, "EVALSHA"u8).Argument(_modificationHash).Argument("1"u8).Argument(BytesOf(in key)).Send();
        _connection.ReadDone();
    }

    /// <inheritdoc/>
    public override void Transact(ArraySegment<int> keys, int[] value)
    {
        _connection.Command(1, "MULTI"u8);
        foreach (int key in keys)
        {
            Records.Stamp(value, key);
            Set(key, value);
        }

        _connection.Command(1, "EXEC"u8).Send();
        for (int i = 0; i < keys.Count + 2; i++)
            _connection.ReadDone();
    }

    /// <inheritdoc/>
    public override void Fill(ReadOnlySpan<int> keys, int[] template)
    {
        while (!keys.IsEmpty)
        {
            int count = Math.Min(FillBatch, keys.Length);
            foreach (int key in keys[..count])
            {
                Records.Stamp(template, key);
                Set(key, template);
            }

            _connection.Send();
            for (int i = 0; i < count; i++)
                _connection.ReadDone();
            keys = keys[count..];
        }
    }

    /// <inheritdoc/>
    public override int Iterate()
    {
        int right = 0;
        byte[] cursor = "0"u8.ToArray();
        byte[] count = Encoding.ASCII.GetBytes(ScanCount.ToString(CultureInfo.InvariantCulture));
        do
        {
            _connection.Command(4, "SCAN"u8).Argument(cursor).Argument("COUNT"u8).Argument(count).Send();
            _ = _connection.ReadCount();
            cursor = _connection.ReadString(out _).ToArray();
            int[] keys = new int[_connection.ReadCount()];
            for (int i = 0; i < keys.Length; i++)
                keys[i] = MemoryMarshal.Read<int>(_connection.ReadString(out _));
            ReadOnlySpan<int> values = ReadMany(keys);
            for (int i = 0; i < values.Length / Words; i++)
                right += values[i * Words] == keys[i] ? 1 : 0;
        }
        while (cursor is not [(byte)'0']);
        return right;
    }

    /// <inheritdoc/>
    public override long Bytes() => UsedMemory() - _bytesWhenEmpty;

    /// <inheritdoc/>
    public override Store ForAnotherThread() => new RedisStore(new StorePlace(_directory, false, 0, Words), _overTcp);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _connection.Dispose();
        _server?.Dispose();
    }

    private static ReadOnlySpan<byte> BytesOf(ref readonly int key) =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in key, 1));

    private void AskFor(int key) => _connection.Command(2, "GET"u8).Argument(BytesOf(in key));

    private void Set(int key, ReadOnlySpan<int> value) =>
        _connection.Command(3, "SET"u8).Argument(BytesOf(in key)).Argument(MemoryMarshal.AsBytes(value));

    private bool ReadValue(Span<int> destination)
    {
        ReadOnlySpan<byte> value = _connection.ReadString(out bool isNull);
        value.CopyTo(MemoryMarshal.AsBytes(destination));
        return !isNull && value.Length == Words * sizeof(int);
    }

    private long UsedMemory()
    {
        const string Label = "used_memory:";
        _connection.Command(2, "INFO"u8).Argument("memory"u8).Send();
        string text = Encoding.ASCII.GetString(_connection.ReadString(out _));
        string line = text.Split("\r\n").Single(line => line.StartsWith(Label, StringComparison.Ordinal));
        return long.Parse(line[Label.Length..], CultureInfo.InvariantCulture);
    }
}
