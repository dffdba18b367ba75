using System.Buffers;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>This library: a File table with pages that just hold a value, growing from the default size.</summary>
internal sealed class NetshmStore : Store
{
    private const int HeaderWords = 6;
    private const int CacheLine = 64;
    private const int LongestPage = 4096;
    private const int SmallestPageOfOcamlnet = 192;
    private const int FillBatch = 1024;

    private readonly ShmTable _table;
    private readonly ArrayBufferWriter<int> _values = new();
    private readonly int[] _modified;
    private int[] _lengths = [];

    /// <summary>Creates or opens the table.</summary>
    public NetshmStore(StorePlace place, LockingMethod locking)
        : base(place.Words)
    {
        _modified = new int[place.Words];
        var options = new ShmTableOptions { Locking = locking };
        if (place.IsNew)
            options = options with { PageSize = PageSizeFor(place.Words, locking) };
        _table = ShmTable.Open(NameIn(place.Directory), options);
    }

    /// <summary>The name of the table in a store's directory.</summary>
    public static SharedMemoryName NameIn(string directory) => SharedMemoryName.File(Path.Combine(directory, "table"));

    /// <summary>
    /// Whole cache lines that hold a value, up to a memory page. Tables for record locks, which OCaml programs share, get
    /// what Ocamlnet can open.
    /// </summary>
    public static int PageSizeFor(int words, LockingMethod locking)
    {
        int needed = (HeaderWords + words) * sizeof(int);
        int lines = (needed + CacheLine - 1) / CacheLine * CacheLine;
        return Math.Clamp(lines, locking == LockingMethod.Record ? SmallestPageOfOcamlnet : CacheLine, LongestPage);
    }

    /// <inheritdoc/>
    public override bool Read(int key, Span<int> destination) =>
        _table.TryFind(key, destination, out int length) && length == Words;

    /// <inheritdoc/>
    public override void Replace(int key, ReadOnlySpan<int> value) => _table.Replace(key, value);

    /// <inheritdoc/>
    public override void Add(int key, ReadOnlySpan<int> value) => _table.Add(key, value);

    /// <inheritdoc/>
    public override bool Remove(int key) => _table.Remove(key);

    /// <inheritdoc/>
    public override void Modify(int key) =>
        _table.Group((this, key), static state => state.Item1.ModifyInGroup(state.key));

    /// <inheritdoc/>
    public override void Transact(ArraySegment<int> keys, int[] value)
    {
        _table.Transact(() =>
        {
            foreach (int key in keys)
            {
                Records.Stamp(value, key);
                _table.Replace(key, value);
            }
        });
    }

    /// <inheritdoc/>
    public override int Iterate()
    {
        int right = 0;
        _table.Iterate((key, value) => right += value[0] == key ? 1 : 0);
        return right;
    }

    /// <inheritdoc/>
    public override long Bytes()
    {
        var table = new FileInfo(_table.Name.MemoryPath);
        return table.Directory!.EnumerateFiles().Sum(file => file.Length);
    }

    /// <inheritdoc/>
    public override Store ForAnotherThread() => new NetshmStore(this);

    /// <inheritdoc/>
    public override void Fill(ReadOnlySpan<int> keys, int[] template)
    {
        int batch = Math.Max(1, Math.Min(FillBatch, (1 << 20) / Words));
        int[] values = new int[batch * Words];
        int[] lengths = [.. Enumerable.Repeat(Words, batch)];
        while (!keys.IsEmpty)
        {
            int count = Math.Min(batch, keys.Length);
            for (int i = 0; i < count; i++)
            {
                Records.Stamp(template, keys[i]);
                template.CopyTo(values.AsSpan(i * Words));
            }

            _table.AddMany(keys[..count], values.AsSpan(0, count * Words), lengths.AsSpan(0, count));
            keys = keys[count..];
        }

        FinishRehash(template);
        _ = _table.UseHugePages(); // As docs/Performance.md advises.
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> ReadMany(ReadOnlySpan<int> keys)
    {
        if (_lengths.Length < keys.Length)
            _lengths = new int[keys.Length];
        _values.ResetWrittenCount();
        _ = _table.FindMany(keys, _values, _lengths);
        return _values.WrittenSpan;
    }

    /// <summary>Has the table's lock until the process is killed or the action returns.</summary>
    public void Hold(Action whileHeld) => _table.Group(whileHeld);

    /// <inheritdoc/>
    public override void Dispose() => _table.Dispose();

    private NetshmStore(NetshmStore other)
        : base(other.Words)
    {
        _modified = new int[other.Words];
        _table = other._table;
    }

    /// <summary>What a table is left with that grew goes on with the writes that follow; turns are to be alike.</summary>
    private void FinishRehash(int[] template)
    {
        const int descriptorPage = 1, phaseWord = 7;
        int key = template[0];
        while (_table.Memory[descriptorPage, phaseWord] != 0)
            _table.Replace(key, template);
    }

    private bool ModifyInGroup(int key)
    {
        if (!Read(key, _modified))
            return false;
        Records.Modify(_modified);
        _table.Replace(key, _modified);
        return true;
    }
}
