using System.Diagnostics;
using Netshm.Benchmarks.Peers.Stores;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers;

/// <summary>One thread's execution of a trace on a store. Each value that it reads is looked at.</summary>
internal sealed class TraceRun
{
    private const int OperationsBetweenLooksAtClock = 64;

    private readonly Store _store;
    private readonly OperationTrace _trace;
    private readonly int _bindings;
    private readonly int[] _read;
    private readonly int[] _written;
    private int[] _keys = [];

    /// <summary>Prepares it.</summary>
    /// <param name="store">The store, as this thread may use it.</param>
    /// <param name="trace">The operations.</param>
    /// <param name="words">The length of all values.</param>
    /// <param name="bindings">How many bindings an iteration must find.</param>
    public TraceRun(Store store, OperationTrace trace, int words, int bindings)
    {
        _store = store;
        _trace = trace;
        _bindings = bindings;
        _read = new int[words];
        _written = Records.Template(words);
    }

    /// <summary>How many operations were done; a batch, a transaction and an iteration count as one.</summary>
    public int Operations { get; private set; }

    /// <summary>How long they took.</summary>
    public long Nanoseconds { get; private set; }

    /// <summary>What was allocated on the managed heap meanwhile.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Executes operations until the time is over or, where they change keys, the trace.</summary>
    /// <param name="start">The entry to begin with.</param>
    /// <param name="duration">The time, or zero for the whole trace, once.</param>
    /// <param name="latencies">Receives the nanoseconds of each operation and ends the run when full; may be empty.</param>
    /// <returns>The entry where it has ended.</returns>
    public int Execute(int start, TimeSpan duration, Span<int> latencies)
    {
        bool isWhole = duration == TimeSpan.Zero;
        int limit = latencies.IsEmpty ? int.MaxValue : latencies.Length;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long begin = Stopwatch.GetTimestamp();
        long end = isWhole ? long.MaxValue : begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        int position = start;
        int count = 0;
        for (long previous = begin, now = begin; now < end && count < limit; count++)
        {
            position = Step(position);
            if (!latencies.IsEmpty)
            {
                now = Stopwatch.GetTimestamp();
                latencies[count] = (int)Math.Min(now - previous, int.MaxValue);
                previous = now;
            }
            else if (count % OperationsBetweenLooksAtClock == 0 && !isWhole)
            {
                now = Stopwatch.GetTimestamp();
            }

            if (position < _trace.Entries.Length)
                continue;
            if (isWhole || _trace.ChangesKeys)
            {
                count++;
                break;
            }

            position = 0;
        }

        Nanoseconds = (long)Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Operations = count;
        _store.Rest();
        return position;
    }

    /// <summary>Adds what the entries up to one have removed, and the other way around.</summary>
    public void Undo(int end)
    {
        foreach (TraceEntry entry in _trace.Entries[..end])
        {
            if (entry.Operation == Operation.Add)
                Demand(_store.Remove(entry.Argument), entry.Argument);
            else if (entry.Operation == Operation.Remove)
                _store.Add(entry.Argument, ValueOf(entry.Argument));
        }
    }

    private int Step(int position)
    {
        TraceEntry entry = _trace.Entries[position];
        int argument = entry.Argument;
        switch (entry.Operation)
        {
            case Operation.Read:
                Demand(_store.Read(argument, _read) && _read[0] == argument, argument);
                return position + 1;
            case Operation.Replace:
                _store.Replace(argument, ValueOf(argument));
                return position + 1;
            case Operation.Add:
                _store.Add(argument, ValueOf(argument));
                return position + 1;
            case Operation.Remove:
                Demand(_store.Remove(argument), argument);
                return position + 1;
            case Operation.Modify:
                _store.Modify(argument);
                return position + 1;
            case Operation.ReadMany:
                ReadMany(KeysAt(position + 1, argument));
                return position + 1 + argument;
            case Operation.Transact:
                _store.Transact(KeysAt(position + 1, argument), _written);
                return position + 1 + argument;
            case Operation.Iterate:
                Demand(_store.Iterate() == _bindings, argument);
                return position + 1;
            default:
                throw new InvalidDataException($"The trace has no meaning at {position}");
        }
    }

    private ReadOnlySpan<int> ValueOf(int key)
    {
        Records.Stamp(_written, key);
        return _written;
    }

    private ArraySegment<int> KeysAt(int position, int count)
    {
        if (_keys.Length < count)
            _keys = new int[count];
        for (int i = 0; i < count; i++)
            _keys[i] = _trace.Entries[position + i].Argument;
        return new ArraySegment<int>(_keys, 0, count);
    }

    private void ReadMany(ReadOnlySpan<int> keys)
    {
        ReadOnlySpan<int> values = _store.ReadMany(keys);
        Demand(values.Length == keys.Length * _read.Length, keys[0]);
        for (int i = 0; i < keys.Length; i++)
            Demand(values[i * _read.Length] == keys[i], keys[i]);
    }

    private static void Demand(bool isRight, int key)
    {
        if (!isRight)
            throw new InvalidDataException($"The value of key {key} is missing or wrong");
    }
}
