using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FASTER.core;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers.Stores;

/// <summary>
/// FASTER in memory: fixed-size values, a log that keeps everything in its mutable region, an index sized for the records,
/// and record isolation, without which readers see torn values.
/// </summary>
/// <typeparam name="TValue">A structure of the words of a value.</typeparam>
internal sealed class FasterStore<TValue> : Store
    where TValue : unmanaged
{
    private const long BytesOfIndexBucket = 64;
    private const long RecordsOfIndexBucket = 4;
    private const long LogPage = 1 << 22;

    private readonly FasterKV<int, TValue> _store;
    private readonly ClientSession<int, TValue, TValue, TValue, Empty, Modifying> _session;
    private readonly NullDevice? _device;

    /// <summary>Creates the store; no other process can join it.</summary>
    public FasterStore(StorePlace place)
        : base(place.Words)
    {
        if (!place.IsNew)
            throw new NotSupportedException("FASTER is for one process");
        long buckets = Math.Max(1024, place.Records / RecordsOfIndexBucket);
        long record = (2 * sizeof(long)) + (place.Words * sizeof(int));
        _device = new NullDevice();
        _store = new FasterKV<int, TValue>(new FasterKVSettings<int, TValue>
        {
            LogDevice = _device,
            IndexSize = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)buckets) * BytesOfIndexBucket,
            PageSize = LogPage,
            MemorySize = (long)System.Numerics.BitOperations.RoundUpToPowerOf2(
                (ulong)Math.Max(64 * LogPage, 4 * place.Records * record)),
            MutableFraction = 0.95,
            ConcurrencyControlMode = ConcurrencyControlMode.RecordIsolation,
        });
        _session = NewSession();
    }

    private FasterStore(FasterStore<TValue> other)
        : base(other.Words)
    {
        _store = other._store;
        _session = NewSession();
    }

    /// <inheritdoc/>
    public override bool Read(int key, Span<int> destination)
    {
        Unsafe.SkipInit(out TValue value);
        Status status = _session.Read(ref key, ref value);
        WordsOf(ref value).CopyTo(destination);
        return status.Found;
    }

    /// <inheritdoc/>
    public override void Replace(int key, ReadOnlySpan<int> value)
    {
        TValue written = MemoryMarshal.Read<TValue>(MemoryMarshal.AsBytes(value));
        DemandCompletion(_session.Upsert(ref key, ref written));
    }

    /// <inheritdoc/>
    public override bool Remove(int key)
    {
        Status status = _session.Delete(ref key);
        DemandCompletion(status);
        return status.Found;
    }

    /// <inheritdoc/>
    public override void Modify(int key)
    {
        Unsafe.SkipInit(out TValue input);
        DemandCompletion(_session.RMW(ref key, ref input));
    }

    /// <inheritdoc/>
    public override int Iterate()
    {
        int right = 0;
        using IFasterScanIterator<int, TValue> iterator = _session.Iterate();
        while (iterator.GetNext(out _))
            right += WordsOf(ref iterator.GetValue())[0] == iterator.GetKey() ? 1 : 0;
        return right;
    }

    /// <inheritdoc/>
    public override long Bytes() =>
        (_store.IndexSize * BytesOfIndexBucket) + _store.Log.TailAddress - _store.Log.BeginAddress;

    /// <inheritdoc/>
    public override Store ForAnotherThread() => new FasterStore<TValue>(this);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _session.Dispose();
        if (_device is null)
            return;
        _store.Dispose();
        _device.Dispose();
    }

    private static Span<int> WordsOf(ref TValue value) =>
        MemoryMarshal.Cast<TValue, int>(MemoryMarshal.CreateSpan(ref value, 1));

    private static void DemandCompletion(Status status)
    {
        if (status.IsPending)
            throw new InvalidOperationException("FASTER's log does not fit into its memory");
    }

    private ClientSession<int, TValue, TValue, TValue, Empty, Modifying> NewSession() =>
        _store.For(new Modifying()).NewSession<Modifying>();

    /// <summary>Modifies a value in its place.</summary>
    private sealed class Modifying : SimpleFunctions<int, TValue>
    {
        /// <inheritdoc/>
        public override bool InPlaceUpdater(
            ref int key, ref TValue input, ref TValue value, ref TValue output, ref RMWInfo rmwInfo)
        {
            Records.Modify(WordsOf(ref value));
            return true;
        }

        /// <inheritdoc/>
        public override bool CopyUpdater(
            ref int key,
            ref TValue input,
            ref TValue oldValue,
            ref TValue newValue,
            ref TValue output,
            ref RMWInfo rmwInfo)
        {
            newValue = oldValue;
            Records.Modify(WordsOf(ref newValue));
            return true;
        }
    }
}

/// <summary>Chooses the structure of the values, which FASTER must know when it is compiled.</summary>
internal static class FasterStore
{
    /// <summary>Creates a store for one of the lengths of the suite.</summary>
    public static Store Open(StorePlace place) => place.Words switch
    {
        1 => new FasterStore<int>(place),
        8 => new FasterStore<Words8>(place),
        25 => new FasterStore<Words25>(place),
        250 => new FasterStore<Words250>(place),
        _ => throw new NotSupportedException($"FASTER has no values of {place.Words} words here"),
    };

    [InlineArray(8)]
    private struct Words8
    {
        private int _word;
    }

    [InlineArray(25)]
    private struct Words25
    {
        private int _word;
    }

    [InlineArray(250)]
    private struct Words250
    {
        private int _word;
    }
}
