using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Netshm;

/// <content>The operations on bindings.</content>
public sealed partial class ShmTable
{
    /// <summary>
    /// Values up to these lengths are read in one step before there is an array to hold them: those of a cache line at the
    /// first attempt, longer ones at the second.
    /// </summary>
    private const int UsualLengthInWords = 16, LongLengthInWords = 64;

    /// <summary>Adds a binding (the original's <c>add</c>). Older bindings of the key are hidden, not removed.</summary>
    /// <remarks>Locks the table for writing. Allocates nothing on the managed heap.</remarks>
    /// <exception cref="OutOfSpaceException">There is no room; the table is as before.</exception>
    /// <exception cref="ReadOnlyTableException">The object was opened for reading.</exception>
    /// <exception cref="InvalidTableOperationException">A callback or a reading group of this thread is running.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)] // Else the caller gets a frame that is cleared for what it may never do.
    public void Add(int key, ReadOnlySpan<int> value)
    {
        ReaderWithoutLock?.AskForCell(key);
        using WriteScope writing = _access.BeginWrite(out _);
        Table.Writer.Add(key, value);
    }

    /// <summary>
    /// Replaces the newest binding of a key, or adds one where there is none (the original's <c>replace</c>).
    /// </summary>
    /// <remarks>
    /// Locks the table for writing; the old value gives way to the new one in a single store, so no reader and no
    /// kill comes in between. Allocates nothing on the managed heap.
    /// </remarks>
    /// <inheritdoc cref="Add" path="/exception"/>
    public void Replace(int key, ReadOnlySpan<int> value) =>
        ReplaceAt(ReaderWithoutLock?.AskForCell(key) ?? default, key, value); // Asked for first: see PageSwap.

    [MethodImpl(MethodImplOptions.NoInlining)] // As Add.
    private void ReplaceAt(CellHint hint, int key, ReadOnlySpan<int> value)
    {
        using WriteScope writing = _access.BeginWrite(out Deadline deadline);
        Table.Writer.Replace(key, value, deadline, hint);
    }

    /// <summary>
    /// Removes the newest binding of a key and brings the one it hid back (the original's <c>remove</c>).
    /// </summary>
    /// <remarks>Locks the table for writing. Allocates nothing on the managed heap.</remarks>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ReadOnlyTableException">The object was opened for reading.</exception>
    /// <exception cref="InvalidTableOperationException">A callback or a reading group of this thread is running.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)] // As Add.
    public bool Remove(int key)
    {
        CellHint hint = ReaderWithoutLock?.AskForCell(key) ?? default;
        using WriteScope writing = _access.BeginWrite(out Deadline deadline);
        return Table.Writer.Remove(key, deadline, hint);
    }

    /// <summary>Whether a key is bound (the original's <c>mem</c>).</summary>
    /// <remarks>Reads as <see cref="TryFind(int, Span{int}, out int)"/> does.</remarks>
    public bool Contains(int key)
    {
        ReadOutcome outcome = ReadAtOnce(key, [], out _);
        if (outcome == ReadOutcome.Undecided)
        {
            var sink = new SpanSink([]);
            ReadBindings(key, ref sink);
            return sink.Found;
        }

        return outcome != ReadOutcome.Unbound;
    }

    /// <summary>The value of a key's newest binding (the original's <c>find</c>).</summary>
    /// <remarks>Reads as <see cref="TryFind(int, Span{int}, out int)"/> does.</remarks>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public int[] Find(int key) => TryFind(key, out int[]? value)
        ? value
        : throw new KeyNotFoundException(FormattableString.Invariant($"{Name}: key {key} is not bound"));

    /// <summary>The value of a key's newest binding.</summary>
    /// <remarks>Reads as <see cref="TryFind(int, Span{int}, out int)"/> does.</remarks>
    /// <returns>Whether the key is bound.</returns>
    public bool TryFind(int key, [NotNullWhen(true)] out int[]? value)
    {
        Span<int> words = stackalloc int[UsualLengthInWords];
        int lengthInWords = _reader is { } reader ? reader.ReadUsual(key, words) : -1;
        if (lengthInWords < 0)
            return TryFindAnyValue(key, out value);
        value = words[..lengthInWords].ToArray();
        return true;
    }

    /// <summary>Copies the value of a key's newest binding, without allocating.</summary>
    /// <remarks>
    /// With <see cref="LockingMethod.Futex"/> and <see cref="LockingMethod.None"/> it takes no lock: it copies what was there at one instant, and stores
    /// nothing in shared memory. Only if writers of the key (or of one in a thousand others) keep coming in between, or
    /// within a <see cref="GroupIntent.OnDemand"/> group, is the table locked for reading. With
    /// <see cref="LockingMethod.Record"/> it is locked for reading.
    /// </remarks>
    /// <param name="key">The key.</param>
    /// <param name="destination">Where the value goes; overwritten even when the key is not bound.</param>
    /// <param name="length">The value's length in words; 0 when the key is not bound.</param>
    /// <returns>Whether the key is bound.</returns>
    /// <exception cref="ValueTooLongException">The value is longer than the destination.</exception>
    public bool TryFind(int key, Span<int> destination, out int length)
    {
        length = _reader is { } reader ? reader.ReadUsual(key, destination) : -1;
        if (length >= 0)
            return true;
        bool isBound = TryFindAnyValue(key, destination, out int lengthInWords);
        length = lengthInWords;
        return isBound;
    }

    /// <summary>The values of all bindings of a key, newest first (the original's <c>find_all</c>).</summary>
    /// <remarks>Reads as <see cref="TryFind(int, Span{int}, out int)"/> does; all of them as of one instant.</remarks>
    public IReadOnlyList<int[]> FindAll(int key)
    {
        var sink = default(ListSink);
        ReadBindings(key, ref sink);
        return sink.Values;
    }

    /// <summary>
    /// Calls <paramref name="action"/> for every binding (the original's <c>iter</c>), in no particular order, but
    /// those of one key newest first. The table is locked for reading meanwhile; the action may not modify it.
    /// </summary>
    public void Iterate(BindingAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        int[] buffer = [];
        using CallbackScope scope = _access.BeginReadCallback();
        try
        {
            DescriptorView descriptor = Storage.OpenDescriptor();
            int pagesSeen = 0;
            for (CellWalk cells = Storage.Index.Cells(descriptor); cells.MoveNext();)
            {
                int key = cells.Current.Key;
                BindingWalk bindings = Storage.BindingsOf(descriptor, cells.Current, pagesSeen);
                while (bindings.MoveNext())
                    action(key, Contiguous(bindings.Value, ref buffer));
                pagesSeen = bindings.PagesSeen;
            }
        }
        finally
        {
            if (buffer.Length > 0)
                ArrayPool<int>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Calls <paramref name="action"/> for every key that is bound, once (the original's <c>iter_keys</c>). The table
    /// is locked for reading meanwhile; the action may not modify it.
    /// </summary>
    public void IterateKeys(Action<int> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using CallbackScope scope = _access.BeginReadCallback();
        for (CellWalk cells = Storage.Index.Cells(Storage.OpenDescriptor()); cells.MoveNext();)
        {
            if (cells.Current.IsBound)
                action(cells.Current.Key);
        }
    }

    /// <summary>
    /// Folds all bindings into a value (the original's <c>fold</c>), in the order of <see cref="Iterate"/> and under
    /// the same lock.
    /// </summary>
    /// <exception cref="InvalidTableOperationException">
    /// The folder returns something that can be awaited: what awaits would go on without the lock.
    /// </exception>
    public TAcc Fold<TAcc>(TAcc seed, BindingFolder<TAcc> folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        TaskBody.Refuse<TAcc>(Name);
        TAcc accumulator = seed;
        Iterate((key, value) => accumulator = folder(key, value, accumulator));
        return accumulator;
    }

    /// <summary>
    /// Passes the values of all bindings of a key, newest first, to <paramref name="reader"/> fragment by fragment,
    /// without copying them (the original's <c>read_blocks</c>).
    /// </summary>
    /// <remarks>The table is locked for reading meanwhile; the reader may not modify it.</remarks>
    public void ReadBlocks(int key, BlockReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        using CallbackScope scope = _access.BeginReadCallback();
        Storage.ReadBlocks(key, reader);
    }

    /// <summary>
    /// Passes the values of all bindings of a key, newest first, to <paramref name="writer"/> fragment by fragment;
    /// it can edit them in place and have bindings removed (the original's <c>write_blocks</c>).
    /// </summary>
    /// <remarks>
    /// The table is locked for writing meanwhile; the writer may not call its modifying members.
    /// </remarks>
    /// <param name="key">The key.</param>
    /// <param name="announced">What the writer may ask for.</param>
    /// <param name="writer">Receives the fragments.</param>
    /// <exception cref="InvalidTableOperationException">
    /// The writer asked for what was not announced (that binding stays as it is), or it is called inside a callback or
    /// a reading group.
    /// </exception>
    /// <exception cref="ReadOnlyTableException">The object was opened for reading.</exception>
    public void WriteBlocks(int key, WriteOperations announced, BlockWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using CallbackScope scope = _access.BeginWriteCallback(out Deadline deadline);
        Table.Writer.WriteBlocks(key, announced, writer, deadline);
    }

    /// <summary>Reads a value that is in one page, where that needs no lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOutcome ReadAtOnce(int key, Span<int> destination, out int lengthInWords)
    {
        if (ReaderWithoutLock is { } reader)
            return reader.Read(key, destination, out lengthInWords);
        lengthInWords = 0;
        return ReadOutcome.Undecided;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // As Add.
    private bool TryFindAnyValue(int key, [NotNullWhen(true)] out int[]? value)
    {
        Span<int> words = stackalloc int[LongLengthInWords];
        ReadOutcome outcome = ReadAtOnce(key, words, out int lengthInWords);
        if (outcome is ReadOutcome.TooLong or ReadOutcome.Undecided)
        {
            var sink = default(ArraySink);
            ReadBindings(key, ref sink);
            value = sink.Value;
        }
        else
        {
            value = outcome == ReadOutcome.Found ? words[..lengthInWords].ToArray() : null;
        }

        return value is not null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // As Add.
    private bool TryFindAnyValue(int key, Span<int> destination, out int length)
    {
        ReadOutcome outcome = ReadAtOnce(key, destination, out length);
        return outcome is ReadOutcome.Found or ReadOutcome.Unbound
            ? outcome == ReadOutcome.Found
            : TryFindAnyLength(key, destination, out length);
    }

    private bool TryFindAnyLength(int key, Span<int> destination, out int lengthInWords)
    {
        var sink = new SpanSink(destination);
        ReadBindings(key, ref sink);
        lengthInWords = sink.LengthInWords;
        return lengthInWords <= destination.Length
            ? sink.Found
            : throw new ValueTooLongException(Name.ToString(), key, lengthInWords, destination.Length);
    }

    /// <summary>Passes the bindings of a key to a sink: without a lock if possible, else locked for reading.</summary>
    private void ReadBindings<TSink>(int key, ref TSink sink)
        where TSink : IBindingSink, allows ref struct
    {
        if (ReaderWithoutLock is { } reader && reader.TryRead(key, ref sink))
            return;
        using ReadTransaction reading = _access.BeginRead();
        sink.Take(Storage.BindingsOf(key));
    }

    /// <summary>The value in one piece: in place when it is in one page, else in the buffer.</summary>
    private static ReadOnlySpan<int> Contiguous(FragmentWalk value, ref int[] buffer)
    {
        if (value.IsSingle)
            return value.Current;
        if (buffer.Length < value.LengthInWords)
        {
            if (buffer.Length > 0)
                ArrayPool<int>.Shared.Return(buffer);
            buffer = ArrayPool<int>.Shared.Rent(value.LengthInWords);
        }

        value.CopyTo(buffer);
        return buffer.AsSpan(0, value.LengthInWords);
    }
}
