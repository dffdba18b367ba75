using System.Buffers;

namespace Netshm;

/// <content>The operations on many bindings at once.</content>
public sealed partial class ShmTable
{
    private Func<int, int[]?>? _findOtherwise;

    /// <summary>
    /// Looks up many keys, faster than one by one on a table that does not fit into the processor's cache: the waits for
    /// memory overlap.
    /// </summary>
    /// <remarks>
    /// Each value is one that the key had at some instant during the call, as with
    /// <see cref="TryFind(int, Span{int}, out int)"/>; different keys may be of different instants. For a snapshot of all
    /// of them call it inside a group. Nothing is allocated for values that fit into a page.
    /// </remarks>
    /// <param name="keys">The keys.</param>
    /// <param name="values">Receives the values of the keys that are bound, in the order of the keys.</param>
    /// <param name="lengths">Receives each value's length in words, or -1 when the key is not bound.</param>
    /// <returns>How many keys are bound.</returns>
    /// <exception cref="ArgumentException">There are fewer lengths than keys.</exception>
    public int FindMany(ReadOnlySpan<int> keys, IBufferWriter<int> values, Span<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (lengths.Length < keys.Length)
            throw new ArgumentException($"{lengths.Length} lengths for {keys.Length} keys", nameof(lengths));
        if (ReaderWithoutLock is { } reader)
            return reader.FindMany(keys, values, lengths, _findOtherwise ??= key => TryFind(key, out int[]? v) ? v : null);

        using ReadTransaction reading = _access.BeginRead();
        Storage.Prefetch(keys);
        DescriptorView descriptor = Storage.OpenDescriptor();
        int found = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            lengths[i] = -1;
            CellView cell = Storage.Index.Find(descriptor, keys[i], out bool isClaimed);
            if (!isClaimed || !cell.IsBound)
                continue;
            BindingWalk bindings = Storage.BindingsOf(descriptor, cell);
            _ = bindings.MoveNext(); // It is bound, so there is one, or an error.
            FragmentWalk value = bindings.Value;
            lengths[i] = value.LengthInWords;
            value.CopyTo(values.GetSpan(value.LengthInWords));
            values.Advance(value.LengthInWords);
            found++;
        }

        return found;
    }

    /// <summary>
    /// Asks the processor for the memory of keys that are going to be used next, so that the waits for it overlap: for
    /// groups that do something to many keys one after the other.
    /// </summary>
    /// <remarks>Locks the table for reading, unless a group has locked it. Some dozens of keys at a time are best.</remarks>
    /// <param name="keys">The keys, bound or not.</param>
    public void Prefetch(ReadOnlySpan<int> keys)
    {
        using ReadTransaction reading = _access.BeginRead();
        Storage.Prefetch(keys);
    }

    /// <summary>Adds many bindings, as <see cref="Add"/> does one by one, under one lock.</summary>
    /// <inheritdoc cref="ReplaceMany" path="/remarks|/param"/>
    /// <inheritdoc cref="Add" path="/exception"/>
    public void AddMany(ReadOnlySpan<int> keys, ReadOnlySpan<int> values, ReadOnlySpan<int> lengths) =>
        WriteMany(keys, values, lengths, static (writer, key, value, _) => writer.Add(key, value));

    /// <summary>Replaces many bindings, as <see cref="Replace"/> does one by one, under one lock.</summary>
    /// <remarks>
    /// Locks the table for writing once; the waits for memory overlap. Each binding is all or nothing by itself: when one
    /// fails, those before it are done. For all of them together, call it inside a transaction.
    /// </remarks>
    /// <param name="keys">The keys.</param>
    /// <param name="values">The values, one after the other.</param>
    /// <param name="lengths">The length of each key's value, in words.</param>
    /// <inheritdoc cref="Add" path="/exception"/>
    public void ReplaceMany(ReadOnlySpan<int> keys, ReadOnlySpan<int> values, ReadOnlySpan<int> lengths) =>
        WriteMany(keys, values, lengths, static (writer, key, value, until) => writer.Replace(key, value, until));

    private void WriteMany(
        ReadOnlySpan<int> keys, ReadOnlySpan<int> values, ReadOnlySpan<int> lengths, WriteOne write)
    {
        long lengthInWords = 0;
        foreach (int length in lengths)
            lengthInWords += length >= 0 ? length : throw new ArgumentException("a length is negative", nameof(lengths));
        if (lengths.Length != keys.Length || lengthInWords != values.Length)
        {
            throw new ArgumentException(
                $"{keys.Length} keys, {lengths.Length} lengths, and {values.Length} words for {lengthInWords}");
        }

        using WriteScope writing = _access.BeginWrite(out Deadline deadline);
        for (int first = 0; first < keys.Length; first += TableStorage.PrefetchLength)
        {
            int end = Math.Min(first + TableStorage.PrefetchLength, keys.Length);
            Storage.Prefetch(keys[first..end]);
            for (int i = first; i < end; i++)
            {
                write(Table.Writer, keys[i], values[..lengths[i]], deadline);
                values = values[lengths[i]..];
            }
        }
    }

    private delegate void WriteOne(TableWriter writer, int key, ReadOnlySpan<int> value, Deadline deadline);
}
