using System.Runtime.InteropServices;
using LightningDB;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>
/// LMDB through LightningDB: NOSYNC, WRITEMAP, integer keys. A reading transaction is reset and renewed instead of begun;
/// each write is a transaction of its own.
/// </summary>
internal sealed class LmdbStore : Store
{
    private const long MapSize = 3L << 30;

    /// <summary>
    /// The library inside the package is for newer systems than Debian 12, whose own (package liblmdb0) is the next choice.
    /// </summary>
    static LmdbStore() => NativeLibrary.SetDllImportResolver(
        typeof(LightningEnvironment).Assembly,
        (name, assembly, path) => NativeLibrary.TryLoad(name, assembly, path, out nint bundled)
            ? bundled
            : NativeLibrary.Load("liblmdb.so.0"));

    private readonly LightningEnvironment _environment;
    private readonly LightningDatabase _database;
    private readonly LightningTransaction _reading;
    private readonly bool _readsInOneTransaction;
    private readonly bool _ownsEnvironment;
    private readonly int[] _modified;
    private bool _isReading;

    /// <summary>Creates or opens the environment.</summary>
    /// <param name="place">Where it lies.</param>
    /// <param name="readsInOneTransaction">Whether reads share a transaction until the next write.</param>
    public LmdbStore(StorePlace place, bool readsInOneTransaction)
        : base(place.Words)
    {
        _readsInOneTransaction = readsInOneTransaction;
        _modified = new int[place.Words];
        _ownsEnvironment = true;
        _environment = new LightningEnvironment(place.Directory, new EnvironmentConfiguration { MapSize = MapSize });
        _environment.Open(EnvironmentOpenFlags.NoSync | EnvironmentOpenFlags.WriteMap
            | EnvironmentOpenFlags.NoThreadLocalStorage);
        using (LightningTransaction creation = _environment.BeginTransaction())
        {
            _database = creation.OpenDatabase(
                new DatabaseConfiguration { Flags = DatabaseOpenFlags.Create | DatabaseOpenFlags.IntegerKey });
            creation.Commit().ThrowOnError();
        }

        _reading = BeginReading();
    }

    private LmdbStore(LmdbStore other)
        : base(other.Words)
    {
        _readsInOneTransaction = other._readsInOneTransaction;
        _modified = new int[other.Words];
        _environment = other._environment;
        _database = other._database;
        _reading = BeginReading();
    }

    /// <inheritdoc/>
    public override bool Read(int key, Span<int> destination)
    {
        EnterReading();
        bool isFound = TryGet(_reading, key, destination);
        if (!_readsInOneTransaction)
            LeaveReading();
        return isFound;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> ReadMany(ReadOnlySpan<int> keys)
    {
        Span<int> values = ManyWords(keys.Length);
        EnterReading();
        for (int i = 0; i < keys.Length; i++)
        {
            if (!TryGet(_reading, keys[i], values.Slice(i * Words, Words)))
                return values[..(i * Words)];
        }

        LeaveReading();
        return values;
    }

    /// <inheritdoc/>
    public override void Replace(int key, ReadOnlySpan<int> value)
    {
        using LightningTransaction writing = BeginWriting();
        Put(writing, key, value);
        writing.Commit().ThrowOnError();
    }

    /// <inheritdoc/>
    public override bool Remove(int key)
    {
        using LightningTransaction writing = BeginWriting();
        MDBResultCode result = writing.Delete(_database, BytesOf(in key));
        writing.Commit().ThrowOnError();
        return result == MDBResultCode.Success;
    }

    /// <inheritdoc/>
    public override void Modify(int key)
    {
        using LightningTransaction writing = BeginWriting();
        _ = TryGet(writing, key, _modified);
        Records.Modify(_modified);
        Put(writing, key, _modified);
        writing.Commit().ThrowOnError();
    }

    /// <inheritdoc/>
    public override void Transact(ArraySegment<int> keys, int[] value)
    {
        using LightningTransaction writing = BeginWriting();
        foreach (int key in keys)
        {
            Records.Stamp(value, key);
            Put(writing, key, value);
        }

        writing.Commit().ThrowOnError();
    }

    /// <inheritdoc/>
    public override void Fill(ReadOnlySpan<int> keys, int[] template)
    {
        using LightningTransaction writing = BeginWriting();
        foreach (int key in keys)
        {
            Records.Stamp(template, key);
            Put(writing, key, template);
        }

        writing.Commit().ThrowOnError();
    }

    /// <inheritdoc/>
    public override int Iterate()
    {
        EnterReading();
        int right = 0;
        using (LightningCursor cursor = _reading.CreateCursor(_database))
        {
            for (var (result, key, value) = cursor.First(); result == MDBResultCode.Success;
                (result, key, value) = cursor.Next())
            {
                right += value.Read<int>() == key.Read<int>() ? 1 : 0;
            }
        }

        LeaveReading();
        return right;
    }

    /// <inheritdoc/>
    public override long Bytes() => (_environment.Info.LastPageNumber + 1) * _environment.EnvironmentStats.PageSize;

    /// <summary>A snapshot that stays open would keep writers from using its pages again.</summary>
    public override void Rest() => LeaveReading();

    /// <inheritdoc/>
    public override Store ForAnotherThread() => new LmdbStore(this);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _reading.Dispose();
        if (!_ownsEnvironment)
            return;
        _database.Dispose();
        _environment.Dispose();
    }

    private static ReadOnlySpan<byte> BytesOf(ref readonly int key) =>
        MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in key, 1));

    private LightningTransaction BeginReading()
    {
        LightningTransaction reading = _environment.BeginTransaction(TransactionBeginFlags.ReadOnly);
        reading.Reset();
        return reading;
    }

    private LightningTransaction BeginWriting()
    {
        LeaveReading();
        return _environment.BeginTransaction();
    }

    private void EnterReading()
    {
        if (_isReading)
            return;
        _reading.Renew().ThrowOnError();
        _isReading = true;
    }

    private void LeaveReading()
    {
        if (_isReading)
            _reading.Reset();
        _isReading = false;
    }

    private bool TryGet(LightningTransaction transaction, int key, Span<int> destination)
    {
        (MDBResultCode result, _, MDBValue value) = transaction.Get(_database, BytesOf(in key));
        if (result != MDBResultCode.Success)
            return false;
        ReadOnlySpan<byte> bytes = value.AsSpan();
        bytes.CopyTo(MemoryMarshal.AsBytes(destination));
        return bytes.Length == Words * sizeof(int);
    }

    private void Put(LightningTransaction transaction, int key, ReadOnlySpan<int> value) =>
        transaction.Put(_database, BytesOf(in key), MemoryMarshal.AsBytes(value), PutOptions.None).ThrowOnError();
}
