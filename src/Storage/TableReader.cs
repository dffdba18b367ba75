using System.Diagnostics.CodeAnalysis;

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

/// <summary>Reads without a lock and without a store to shared memory; docs/Protocol.md, "Reading without a lock".</summary>
/// <param name="storage">The table.</param>
/// <param name="tableLock">Its lock, which groups with <see cref="GroupIntent.OnDemand"/> have to take to read.</param>
/// <param name="sequences">The words its writers keep.</param>
/// <param name="othersMoveCells">Whether there may be writers that keep other words.</param>
internal sealed partial class TableReader(TableStorage storage, TableLock tableLock, ReadSequences sequences, bool othersMoveCells)
{
    private const int MaxTries = 64;
    private const int SpinsPerTry = 20;

    /// <summary>A longer search is for one with the lock, who counts the cells.</summary>
    private const int MaxProbes = 1000;

    /// <summary>Stands for a page that could not be found out.</summary>
    private const int Unreachable = int.MinValue;

    private readonly TableStorage _storage = storage;
    private readonly MappedPages _pages = storage.Pages;
    private readonly SharedLongs _sequences = sequences.Words;
    private readonly TableLock _lock = tableLock;
    private readonly bool _othersMoveCells = othersMoveCells;
    private HashGeometry? _geometry;

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
        var read = new OptimisticRead(in _sequences, key);
        if (geometry is null || read.MeetsWriter || !MayRead || (_othersMoveCells && !IsInDescriptor(geometry)))
            return unusual;
        MappedPages pages = _pages;
        if (!pages.TryGetPage(NewestOf(pages, geometry, key), out PageWords page))
            return unusual;
        Seam.Reached(SeamKind.Load);
        if (!ContentView.TryCopyWhole(page, key, destination, out int lengthInWords))
            return unusual;
        return IsValid(read, geometry) ? lengthInWords : unusual;
    }

    /// <summary>Copies the newest value of a key, when it is in one page.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Where the value goes; may be overwritten by any outcome.</param>
    /// <param name="lengthInWords">The value's length, when it is known.</param>
    public ReadOutcome Read(int key, Span<int> destination, out int lengthInWords)
    {
        HashGeometry? geometry = _geometry;
        var read = new OptimisticRead(in _sequences, key);
        if (geometry is not null && !read.MeetsWriter && (!_othersMoveCells || IsCurrent(geometry)))
        {
            ReadOutcome outcome = ReadOnce(geometry, key, destination, out lengthInWords);
            if (IsValid(read, geometry))
                return outcome;
        }

        return ReadAgain(key, destination, out lengthInWords);
    }

    /// <summary>Passes the bindings of a key to a sink, whatever their size.</summary>
    /// <returns>False when writers kept coming in between, or something is damaged: read under the lock then.</returns>
    public bool TryRead<TSink>(int key, ref TSink sink)
        where TSink : IBindingSink, allows ref struct
    {
        for (int tries = 0; TryBeginAgain(key, ref tries, out OptimisticRead read, out HashGeometry? geometry); WaitForWriter(ref tries))
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

            if (IsValid(read, geometry))
                return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOutcome ReadAgain(int key, Span<int> destination, out int lengthInWords)
    {
        for (int tries = 0; TryBeginAgain(key, ref tries, out OptimisticRead read, out HashGeometry? geometry); WaitForWriter(ref tries))
        {
            ReadOutcome outcome = ReadOnce(geometry, key, destination, out lengthInWords);
            if (IsValid(read, geometry))
                return outcome;
        }

        lengthInWords = 0;
        return ReadOutcome.Undecided;
    }

    /// <summary>Begins as soon as no writer is at work on the key, and all pages can be reached.</summary>
    /// <param name="key">The key.</param>
    /// <param name="tries">How often it was tried.</param>
    /// <param name="read">The read.</param>
    /// <param name="geometry">Where the cells are.</param>
    /// <returns>False when writers kept coming in between, or something is damaged: read under the lock then.</returns>
    private bool TryBeginAgain(int key, ref int tries, out OptimisticRead read, [NotNullWhen(true)] out HashGeometry? geometry)
    {
        while (tries++ < MaxTries)
        {
            read = new OptimisticRead(in _sequences, key);
            bool looksDamaged = false;
            geometry = read.MeetsWriter ? null : GeometryNow(out looksDamaged);
            if (geometry is not null)
                return true;
            if (looksDamaged)
                return false;
            WaitForWriter(ref tries);
        }

        read = default;
        geometry = null;
        return false;
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

    /// <summary>Where the cells are now, if that can be found out without waiting.</summary>
    private HashGeometry? GeometryNow(out bool looksDamaged)
    {
        looksDamaged = false;
        try
        {
            DescriptorView descriptor = _storage.OpenDescriptor();
            HashGeometry? geometry = _geometry;
            return geometry is not null && IsCurrent(geometry) ? geometry : ReadGeometry(descriptor);
        }
        catch (CorruptFileException)
        {
            looksDamaged = true;
            return null;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsValid(in OptimisticRead read, HashGeometry geometry)
    {
        if (!read.IsValid(in _sequences, geometry))
        {
            GC.KeepAlive(this);
            return false;
        }

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
