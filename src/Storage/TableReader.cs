using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Netshm.Storage;

/// <summary>What came of reading a key.</summary>
internal enum ReadOutcome
{
    /// <summary>It is bound, and its value was copied.</summary>
    Found,

    /// <summary>It is bound, and its value is longer than the destination.</summary>
    TooLong,

    /// <summary>It is not bound.</summary>
    Unbound,

    /// <summary>
    /// Nothing is known: the value is in several pages, something is damaged, or writers kept coming in between.
    /// </summary>
    Undecided,
}

/// <summary>Reads without a lock and without a store to shared memory; docs/Locking.md, "Reading without a lock".</summary>
internal sealed partial class TableReader
{
    private const int MaxTries = 64;
    private const int SpinsPerTry = 20;

    /// <summary>A longer search is for one with the lock, who counts the cells.</summary>
    private const int MaxProbes = 1000;

    /// <summary>Stands for a page that could not be found out.</summary>
    private const int Unreachable = int.MinValue;

    private readonly TableStorage _storage;
    private readonly MappedPages _pages;
    private readonly SharedLongs _sequences;
    private readonly TableLock _lock;
    private readonly bool _othersMoveCells;
    private HashGeometry? _geometry;

    /// <param name="storage">The table.</param>
    /// <param name="tableLock">Its lock, which groups with <see cref="GroupIntent.OnDemand"/> have to take to read.</param>
    /// <param name="sequences">The words its writers keep.</param>
    /// <param name="othersMoveCells">Whether there may be writers that keep other words.</param>
    public TableReader(TableStorage storage, TableLock tableLock, ReadSequences sequences, bool othersMoveCells)
    {
        _lock = tableLock;
        _storage = storage;
        _pages = storage.Pages;
        _sequences = sequences.Words;
        _othersMoveCells = othersMoveCells;
    }

    /// <summary>Whether reads may go without a lock now.</summary>
    public bool MayRead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _lock.OnDemandGroups == 0;
    }

    /// <summary>Copies the newest value of a key in the usual case.</summary>
    /// <inheritdoc cref="ContentView.TryCopyWhole" path="/param[@name!='lengthInWords']"/>
    /// <returns>
    /// The value's length in words; negative says nothing but that this was not the usual case. (It is returned, since a
    /// variable that may be given to others by reference lies in memory.)
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadUsual(int key, Span<int> destination)
    {
        const int unusual = -1;
        if (destination.Length > PageWords.MaxCopiedWords)
            return unusual;
        HashGeometry? geometry = _geometry;
        ref readonly long word = ref _sequences.At(ReadSequences.IndexOf(key));
        long sequence = SharedLongs.Load(in word);
        if (geometry is null || (sequence & 1) != 0 || !MayRead || (_othersMoveCells && !IsInDescriptor(geometry)))
            return unusual;
        MappedPages pages = _pages;
        if (!pages.TryGetPage(NewestOf(pages, geometry, key), out PageWords page))
            return unusual;
        Seam.Reached(SeamKind.Load);
        if (!ContentView.TryCopyWhole(page, key, destination, out int lengthInWords))
            return unusual;
        return IsUnchanged(geometry, in word, sequence) ? lengthInWords : unusual;
    }

    /// <summary>Copies the newest value of a key, when it is in one page.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Where the value goes; may be overwritten by any outcome.</param>
    /// <param name="lengthInWords">The value's length, when it is known.</param>
    public ReadOutcome Read(int key, Span<int> destination, out int lengthInWords)
    {
        HashGeometry? geometry = _geometry;
        int index = ReadSequences.IndexOf(key);
        long sequence = _sequences[index];
        if ((sequence & 1) == 0 && geometry is not null && (!_othersMoveCells || IsCurrent(geometry)))
        {
            ReadOutcome outcome = ReadOnce(geometry, key, destination, out lengthInWords);
            if (IsUnchanged(geometry, index, sequence))
                return outcome;
        }

        return ReadAgain(key, destination, out lengthInWords);
    }

    /// <summary>Passes the bindings of a key to a sink, whatever their size.</summary>
    /// <returns>False when writers kept coming in between, or something is damaged: read under the lock then.</returns>
    public bool TryRead<TSink>(int key, ref TSink sink)
        where TSink : IBindingSink, allows ref struct
    {
        for (int i = 0; i < MaxTries; i++)
        {
            if (TryBegin(key, out HashGeometry? geometry, out long sequence, out bool looksDamaged))
            {
                try
                {
                    sink.Take(_storage.BindingsOf(key));
                }
                catch (CorruptFileException)
                {
                    // Either a writer came in between, or the damage is real: both are for one with the lock to see.
                    return false;
                }

                if (IsUnchanged(geometry, ReadSequences.IndexOf(key), sequence))
                    return true;
            }
            else if (looksDamaged)
            {
                return false;
            }

            WaitForWriter(ref i);
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOutcome ReadAgain(int key, Span<int> destination, out int lengthInWords)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            if (TryBegin(key, out HashGeometry? geometry, out long sequence, out bool looksDamaged))
            {
                ReadOutcome outcome = ReadOnce(geometry, key, destination, out lengthInWords);
                if (IsUnchanged(geometry, ReadSequences.IndexOf(key), sequence))
                    return outcome;
            }
            else if (looksDamaged)
            {
                break;
            }

            WaitForWriter(ref i);
        }

        lengthInWords = 0;
        return ReadOutcome.Undecided;
    }

    private void WaitForWriter(ref int tries)
    {
        // A writer of this process may be this very thread, or one that is waited for better than by spinning.
        if (_storage.IsBeingModified)
        {
            tries = MaxTries;
            return;
        }

        _storage.Counters.CountConcurrently(Counter.Retries);
        Thread.SpinWait(SpinsPerTry);
    }

    /// <summary>Makes sure that nobody is writing what concerns a key, and that all pages can be reached.</summary>
    /// <param name="key">The key.</param>
    /// <param name="geometry">Where the cells are.</param>
    /// <param name="sequence">The key's sequence word.</param>
    /// <param name="looksDamaged">
    /// Whether the table is damaged, or was read in the middle of a modification: the lock's holder will see which.
    /// </param>
    private bool TryBegin(
        int key, [NotNullWhen(true)] out HashGeometry? geometry, out long sequence, out bool looksDamaged)
    {
        sequence = _sequences[ReadSequences.IndexOf(key)];
        geometry = null;
        looksDamaged = false;
        if ((sequence & 1) != 0)
            return false;
        try
        {
            DescriptorView descriptor = _storage.OpenDescriptor();
            geometry = _geometry;
            if (geometry is null || !IsCurrent(geometry))
                geometry = ReadGeometry(descriptor);
            return geometry is not null;
        }
        catch (CorruptFileException)
        {
            looksDamaged = true;
            return false;
        }
    }

    private HashGeometry? ReadGeometry(DescriptorView descriptor)
    {
        long structure = _sequences.First;
        if ((structure & 1) != 0)
            return null;
        HashGeometry geometry = HashGeometry.Read(descriptor, _pages.WordsPerPage, _pages.Name, structure);
        Volatile.ReadBarrier();
        if (_sequences.First != structure)
            return null;
        Volatile.Write(ref _geometry, geometry);
        return geometry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsCurrent(HashGeometry geometry) =>
        geometry.Structure == _sequences.First && (!_othersMoveCells || IsInDescriptor(geometry));

    /// <summary>Whether the descriptor still says where cells are as the geometry does.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // Else all readers, also those who never ask, clear the room it takes in a frame.
    private bool IsInDescriptor(HashGeometry geometry) => geometry.Matches(
        new DescriptorView(_pages.Words(Layout.DescriptorPage, Layout.DescriptorLengthInWords)));

    /// <summary>Whether nothing that concerns a key was modified since its word was read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsUnchanged(HashGeometry geometry, int index, long sequence) =>
        IsUnchanged(geometry, in _sequences.At(index), sequence);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsUnchanged(HashGeometry geometry, in long word, long sequence)
    {
        // What was copied must have been loaded before the words are.
        Volatile.ReadBarrier();
        if (SharedLongs.Load(in word) != sequence || _sequences.First != geometry.Structure)
            return false;
        GC.KeepAlive(this); // The memory is unmapped when nobody refers to it.
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOutcome ReadOnce(HashGeometry geometry, int key, Span<int> destination, out int lengthInWords)
    {
        lengthInWords = 0;
        int page = NewestOf(_pages, geometry, key);
        if (page <= Layout.NeverUsed)
            return page == Unreachable || !_storage.IsAsMarked ? ReadOutcome.Undecided : ReadOutcome.Unbound;
        Seam.Reached(SeamKind.Load);
        if (!_pages.TryGetPage(page, out PageWords words)
            || !ContentView.TryGetWhole(words, key, out ReadOnlySpan<int> value))
        {
            return ReadOutcome.Undecided;
        }

        Seam.Reached(SeamKind.Load);
        lengthInWords = value.Length;
        return value.TryCopyTo(destination) ? ReadOutcome.Found : ReadOutcome.TooLong;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NewestOf(MappedPages pages, HashGeometry geometry, int key) =>
        NewestOf(pages, geometry, key, geometry.FirstWordOf(geometry.CellOf(key, 0)));

    /// <summary>The first page of a key's newest binding, or a cell pointer that is no page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NewestOf(MappedPages pages, HashGeometry geometry, int key, long firstCellWord)
    {
        if (!pages.TryGetCell(firstCellWord, out int cellKey, out int pointer))
            return Unreachable;
        return cellKey == key || pointer == Layout.NeverUsed ? pointer : NewestInLaterCells(geometry, key);
    }

    private int NewestInLaterCells(HashGeometry geometry, int key)
    {
        for (int probe = 1; probe < MaxProbes; probe++)
        {
            long cellWord = geometry.FirstWordOf(geometry.CellOf(key, probe));
            if (!_pages.TryGetCell(cellWord, out int cellKey, out int pointer))
                return Unreachable;
            if (pointer == Layout.NeverUsed || cellKey == key)
                return pointer;
        }

        return Unreachable;
    }
}
