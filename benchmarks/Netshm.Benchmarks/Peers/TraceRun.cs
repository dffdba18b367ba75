using System.Diagnostics;
using System.Runtime.CompilerServices;
using Netshm.Benchmarks.Peers.Stores;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Peers;

/// <summary>One thread's execution of a trace on a store. Each value that it reads is looked at.</summary>
internal sealed class TraceRun
{
    private const int MostBetweenLooksAtClock = 64;

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
        int nextLookAtClock = 1; // Then 2, 4, 8: a few operations may take longer than the time.
        for (long previous = begin, now = begin; now < end && count < limit;)
        {
            if (!latencies.IsEmpty)
            {
                position += Step(position, 1, ref count);
                now = Stopwatch.GetTimestamp();
                latencies[count - 1] = (int)Math.Min(now - previous, int.MaxValue);
                previous = now;
            }
            else
            {
                position += Step(position, nextLookAtClock - count, ref count);
                if (count == nextLookAtClock)
                {
                    nextLookAtClock += Math.Min(nextLookAtClock, MostBetweenLooksAtClock);
                    now = isWhole ? begin : Stopwatch.GetTimestamp();
                }
            }

            if (position < _trace.Entries.Length)
                continue;
            if (isWhole || _trace.ChangesKeys)
                break;
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

    /// <summary>
    /// Executes one operation or, of those that are over in a few instructions, as many as follow one another. A call for
    /// each of these would take a third of a look-up's time, and the loop of the peers in C has no calls.
    /// </summary>
    /// <param name="position">The entry to begin with.</param>
    /// <param name="most">How many to execute at most.</param>
    /// <param name="count">To which the executed ones are added.</param>
    /// <returns>How many entries they have.</returns>
    private int Step(int position, int most, ref int count)
    {
        ReadOnlySpan<TraceEntry> rest = _trace.Entries[position..];
        int steps;
        switch (rest[0].Operation)
        {
            case Operation.Read:
                steps = ReadOften(rest[..Math.Min(most, rest.Length)]);
                break;
            case Operation.Replace:
                steps = ReplaceOften(rest[..Math.Min(most, rest.Length)]);
                break;
            default:
                count++;
                return StepOnce(position);
        }

        count += steps;
        return steps;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReadOften(ReadOnlySpan<TraceEntry> entries)
    {
        Store store = _store;
        Span<int> read = _read;
        for (int i = 0; i < entries.Length; i++)
        {
            TraceEntry entry = entries[i];
            if (entry.Operation != Operation.Read)
                return i;
            Demand(store.Read(entry.Argument, read) && read[0] == entry.Argument, entry.Argument);
        }

        return entries.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReplaceOften(ReadOnlySpan<TraceEntry> entries)
    {
        Store store = _store;
        Span<int> written = _written;
        for (int i = 0; i < entries.Length; i++)
        {
            TraceEntry entry = entries[i];
            if (entry.Operation != Operation.Replace)
                return i;
            Records.Stamp(written, entry.Argument);
            store.Replace(entry.Argument, written);
        }

        return entries.Length;
    }

    private int StepOnce(int position)
    {
        TraceEntry entry = _trace.Entries[position];
        int argument = entry.Argument;
        switch (entry.Operation)
        {
            case Operation.Add:
                _store.Add(argument, ValueOf(argument));
                return 1;
            case Operation.Remove:
                Demand(_store.Remove(argument), argument);
                return 1;
            case Operation.Modify:
                _store.Modify(argument);
                return 1;
            case Operation.ReadMany:
                ReadMany(KeysAt(position + 1, argument));
                return 1 + argument;
            case Operation.Transact:
                _store.Transact(KeysAt(position + 1, argument), _written);
                return 1 + argument;
            case Operation.Iterate:
                Demand(_store.Iterate() == _bindings, argument);
                return 1;
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
            ThrowWrong(key);
    }

    private static void ThrowWrong(int key) =>
        throw new InvalidDataException($"The value of key {key} is missing or wrong");
}
