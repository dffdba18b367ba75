using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>
/// SQLite through Microsoft.Data.Sqlite: WAL, synchronous off, memory-mapped, one connection a thread, prepared commands on
/// a table with integer primary key; each write is a transaction of its own.
/// </summary>
internal sealed class SqliteStore : Store
{
    private static readonly string[] s_preparation =
    [
        "PRAGMA busy_timeout = 60000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = OFF",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA mmap_size = 3221225472",
        "CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v BLOB NOT NULL)",
    ];

    private readonly string _directory;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _select;
    private readonly SqliteCommand _upsert;
    private readonly SqliteCommand _delete;
    private readonly int[] _modified;

    /// <summary>Creates or opens the database.</summary>
    public SqliteStore(StorePlace place)
        : base(place.Words)
    {
        _directory = place.Directory;
        _modified = new int[place.Words];
        _connection = new SqliteConnection($"Data Source={Path.Combine(_directory, "database")};Pooling=False");
        _connection.Open();
        foreach (string statement in s_preparation)
        {
            using SqliteCommand command = Command(statement);
            command.ExecuteNonQuery();
        }

        _select = Command("SELECT v FROM t WHERE k = $k", "$k");
        _upsert = Command("INSERT INTO t VALUES ($k, $v) ON CONFLICT (k) DO UPDATE SET v = $v", "$k", "$v");
        _delete = Command("DELETE FROM t WHERE k = $k", "$k");
        foreach (SqliteCommand command in (SqliteCommand[])[_select, _upsert, _delete])
            command.Prepare();
    }

    /// <inheritdoc/>
    public override bool Read(int key, Span<int> destination)
    {
        _select.Parameters[0].Value = key;
        using SqliteDataReader reader = _select.ExecuteReader();
        if (!reader.Read())
            return false;
        byte[] value = (byte[])reader[0];
        value.CopyTo(MemoryMarshal.AsBytes(destination));
        return value.Length == Words * sizeof(int);
    }

    /// <inheritdoc/>
    public override void Replace(int key, ReadOnlySpan<int> value)
    {
        _upsert.Parameters[0].Value = key;
        _upsert.Parameters[1].Value = MemoryMarshal.AsBytes(value).ToArray();
        _upsert.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override bool Remove(int key)
    {
        _delete.Parameters[0].Value = key;
        return _delete.ExecuteNonQuery() == 1;
    }

    /// <inheritdoc/>
    public override void Modify(int key) => InTransaction(() =>
    {
        _ = Read(key, _modified);
        Records.Modify(_modified);
        Replace(key, _modified);
    });

    /// <inheritdoc/>
    public override void Transact(ArraySegment<int> keys, int[] value)
    {
        InTransaction(() =>
        {
            foreach (int key in keys)
            {
                Records.Stamp(value, key);
                Replace(key, value);
            }
        });
    }

    /// <inheritdoc/>
    public override void Fill(ReadOnlySpan<int> keys, int[] template)
    {
        int[] added = keys.ToArray();
        InTransaction(() => base.Fill(added, template));
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> ReadMany(ReadOnlySpan<int> keys)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: true);
        _select.Transaction = transaction;
        ReadOnlySpan<int> values = base.ReadMany(keys);
        _select.Transaction = null;
        transaction.Commit();
        return values;
    }

    /// <inheritdoc/>
    public override int Iterate()
    {
        using SqliteCommand all = Command("SELECT k, v FROM t");
        using SqliteDataReader reader = all.ExecuteReader();
        int right = 0;
        Span<byte> firstWord = stackalloc byte[sizeof(int)];
        while (reader.Read())
        {
            ((byte[])reader[1]).AsSpan(0, sizeof(int)).CopyTo(firstWord);
            right += MemoryMarshal.Read<int>(firstWord) == reader.GetInt32(0) ? 1 : 0;
        }

        return right;
    }

    /// <inheritdoc/>
    public override long Bytes()
    {
        using SqliteCommand checkpoint = Command("PRAGMA wal_checkpoint(TRUNCATE)");
        checkpoint.ExecuteNonQuery();
        return new DirectoryInfo(_directory).EnumerateFiles().Sum(file => file.Length);
    }

    /// <inheritdoc/>
    public override Store ForAnotherThread() => new SqliteStore(new StorePlace(_directory, false, 0, Words));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _select.Dispose();
        _upsert.Dispose();
        _delete.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Command(string text, params string[] parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (string parameter in parameters)
        {
            command.Parameters.Add(
                new SqliteParameter(parameter, parameter == "$v" ? SqliteType.Blob : SqliteType.Integer));
        }

        return command;
    }

    private void InTransaction(Action body)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _select.Transaction = _upsert.Transaction = transaction;
        body();
        _select.Transaction = _upsert.Transaction = null;
        transaction.Commit();
    }
}
