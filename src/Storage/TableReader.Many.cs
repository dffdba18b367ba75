using System.Buffers;

namespace Netshm.Storage;

/// <content>Looking up many keys so that the waits for memory overlap.</content>
internal sealed partial class TableReader
{
    /// <summary>How many keys are under way at a time: more than the processor has buffers for misses.</summary>
    private const int GroupLength = 32;

    private const int WordsPerCacheLine = 16;

    /// <summary>
    /// Looks up keys in groups: first all cells of a group are asked for, then all pages, then the values are copied, so
    /// that no memory is touched before it was prefetched (the idea of DRAMHiT, EuroSys 2023).
    /// </summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">Where the values go, in the order of the keys.</param>
    /// <param name="lengths">The length of each value, or -1.</param>
    /// <param name="findOtherwise">Reads a key that can't be read so, or not at once.</param>
    /// <returns>How many keys are bound.</returns>
    public int FindMany(
        ReadOnlySpan<int> keys, IBufferWriter<int> values, Span<int> lengths, Func<int, int[]?> findOtherwise)
    {
        Span<long> sequences = stackalloc long[GroupLength];
        Span<long> places = stackalloc long[GroupLength];
        var chunks = new WordChunks(values);
        int found = 0;
        for (int first = 0; first < keys.Length; first += GroupLength)
        {
            int count = Math.Min(GroupLength, keys.Length - first);
            ReadOnlySpan<int> group = keys.Slice(first, count);
            Span<int> groupLengths = lengths.Slice(first, count);
            HashGeometry? geometry = _geometry;
            if (geometry is null || !IsCurrent(geometry))
            {
                geometry = GeometryNow(out _);
                if (geometry is null)
                {
                    found += FindOtherwise(group, ref chunks, groupLengths, findOtherwise);
                    continue;
                }
            }

            AskForCells(geometry, group, sequences, places);
            AskForPages(geometry, group, places);
            for (int i = 0; i < group.Length; i++)
            {
                int length = CopyValue(geometry, group[i], sequences[i], (int)places[i], ref chunks);
                if (length == NotDecided)
                    found += FindOtherwise(group.Slice(i, 1), ref chunks, groupLengths.Slice(i, 1), findOtherwise);
                else
                    found += (groupLengths[i] = length) < 0 ? 0 : 1;
            }
        }

        chunks.Flush();
        return found;
    }

    /// <summary>
    /// Asks for the first cell of a key that is going to be modified, so that the wait for it overlaps with locking: an
    /// interlocked instruction waits for all loads before it, but not for what was only asked for.
    /// </summary>
    /// <returns>Where that cell is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CellHint AskForCell(int key)
    {
        HashGeometry? geometry = _geometry;
        if (geometry is null || geometry.Structure != _sequences.First)
            geometry = GeometryNow();
        if (geometry is null)
            return default;
        long cellWord = geometry.FirstWordOf(geometry.CellOf(key, 0));
        _pages.Prefetch(cellWord);
        return _othersMoveCells ? default : new CellHint(cellWord, geometry.Structure);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private HashGeometry? GeometryNow() => GeometryNow(out _);

    private static int FindOtherwise(
        ReadOnlySpan<int> keys, ref WordChunks chunks, Span<int> lengths, Func<int, int[]?> findOtherwise)
    {
        int found = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            int[]? value = findOtherwise(keys[i]);
            lengths[i] = value?.Length ?? NotBound;
            if (value is null)
                continue;
            value.CopyTo(chunks.Room(value.Length));
            chunks.Take(value.Length);
            found++;
        }

        return found;
    }

    private void AskForCells(
        HashGeometry geometry, ReadOnlySpan<int> keys, Span<long> sequences, Span<long> cellWords)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            long word = geometry.FirstWordOf(geometry.CellOf(keys[i], 0));
            cellWords[i] = word;
            _pages.Prefetch(word);
            sequences[i] = _sequences[ReadSequences.IndexOf(keys[i])];
        }

        // The cells must be loaded after the sequence words.
        Volatile.ReadBarrier();
    }

    /// <summary>Turns the place of each key's first cell into its newest page, or into a cell pointer that is no page.</summary>
    private void AskForPages(HashGeometry geometry, ReadOnlySpan<int> keys, Span<long> places)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            int page = NewestOf(_pages, geometry, keys[i], places[i]);
            places[i] = page;
            if (page <= Layout.NeverUsed)
                continue;
            long word = (long)page * _pages.WordsPerPage;
            _pages.Prefetch(word);
            if (_pages.WordsPerPage > WordsPerCacheLine)
                _pages.Prefetch(word + WordsPerCacheLine);
        }
    }

    /// <summary>Copies a value; returns its length, <see cref="NotBound"/> or <see cref="NotDecided"/>.</summary>
    private int CopyValue(HashGeometry geometry, int key, long sequence, int page, ref WordChunks chunks)
    {
        int length = NotBound;
        if (page > Layout.NeverUsed)
        {
            Seam.Reached(SeamKind.Load);
            if (!_pages.TryGetPage(page, out PageWords words)
                || !ContentView.TryGetWhole(words, key, out ReadOnlySpan<int> value))
            {
                return NotDecided;
            }

            Seam.Reached(SeamKind.Load);
            length = value.Length;
            value.CopyTo(chunks.Room(length));
        }
        else if (page == Unreachable || !_storage.IsAsMarked)
        {
            return NotDecided;
        }

        var read = new OptimisticRead(in _sequences, key, sequence);
        if (read.MeetsWriter || !IsValid(read, geometry))
            return NotDecided;
        if (length > 0)
            chunks.Take(length);
        return length;
    }

    /// <summary>Lengths that are none.</summary>
    private const int NotBound = -1, NotDecided = -2;
}
