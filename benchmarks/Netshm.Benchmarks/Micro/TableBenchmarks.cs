using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Netshm.Benchmarks.Runs;
using Netshm.Benchmarks.Workloads;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Micro;

/// <summary>Single calls of a table with futex locking, at random keys, for BenchmarkDotNet.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the clean-up instead.")]
public class TableBenchmarks
{
    /// <summary>How many bindings the table has.</summary>
    internal const int Bindings = 200_000;

    private const int Visits = 1 << 16;
    private readonly ArrayBufferWriter<int> _values = new();
    private readonly int[] _value = Records.Template(Suite.Words);
    private readonly int[] _destination = new int[Suite.Words];
    private readonly int[] _lengths = new int[Traces.Batch];
    private int[] _keys = [];
    private TempTable? _temp;
    private ShmTable? _table;
    private int _turn;

    /// <summary>Fills the table.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var random = new Xorshift(1);
        _keys = [.. Enumerable.Range(0, Visits).Select(_ => Records.Key(random.Below(Bindings)))];
        _temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex, PageSize = 64 });
        _table = _temp.Open();
        for (int i = 0; i < Bindings; i++)
            _table.Add(Records.Key(i), _value);
    }

    /// <summary>Removes the table.</summary>
    [GlobalCleanup]
    public void Remove() => _temp!.Dispose();

    /// <summary>Finds a value as a new array.</summary>
    [Benchmark]
    public int[] Find() => _table!.Find(NextKey());

    /// <summary>Copies a value.</summary>
    [Benchmark]
    public bool TryFind() => _table!.TryFind(NextKey(), _destination, out _);

    /// <summary>Copies the values of many keys.</summary>
    [Benchmark(OperationsPerInvoke = Traces.Batch)]
    public int FindMany()
    {
        _turn = (_turn + Traces.Batch) & (Visits - 1) & -Traces.Batch;
        _values.ResetWrittenCount();
        return _table!.FindMany(_keys.AsSpan(_turn, Traces.Batch), _values, _lengths);
    }

    /// <summary>Replaces a value.</summary>
    [Benchmark]
    public void Replace() => _table!.Replace(NextKey(), _value);

    /// <summary>Hides a value and brings it back.</summary>
    [Benchmark]
    public bool AddAndRemove()
    {
        int key = NextKey();
        _table!.Add(key, _value);
        return _table.Remove(key);
    }

    private int NextKey() => _keys[_turn = (_turn + 1) & (Visits - 1)];
}
