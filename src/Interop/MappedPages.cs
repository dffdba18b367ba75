using System.Runtime.Intrinsics.X86;

namespace Netshm.Interop;

/// <summary>A table's memory, and how much of it may be accessed.</summary>
/// <remarks>
/// Blocks are allocated before they may be accessed, so a full file system is an exception here and never a SIGBUS at a
/// store. Every access is checked against what there is, whatever page number a file claims. The one thing that can't be
/// survived is another program truncating the file while it is mapped. How a table grows while others read is told in
/// MappedPages.Views.cs.
/// </remarks>
internal sealed unsafe partial class MappedPages : IDisposable
{
    /// <summary>The largest table that can be mapped, in bytes; address space, not memory.</summary>
    private const long MaxTableBytes = 1L << 36;

    private const long MinGrowthBytes = 1 << 16;

    /// <summary>What a file system allocates in about a millisecond: whoever needs a page waits for all of it.</summary>
    private const long MaxGrowthBytes = 1 << 20;

    private readonly object _sync = new();
    private readonly SharedDescriptor _file;
    private bool _writable;
    private int* _base;
    private readonly long _wordsPerPage;
    private long _mappedBytes;
    private long _mappedWords;
    private volatile int _mappedPages;
    private bool _isRetired;

    public MappedPages(SharedDescriptor file, bool writable, int pageSizeInBytes, string name)
    {
        _file = file;
        _writable = writable;
        Name = name;
        WordsPerPage = pageSizeInBytes / sizeof(int);
        _wordsPerPage = WordsPerPage;
    }

    /// <summary>The table's name, for error messages.</summary>
    public string Name { get; }

    public int WordsPerPage { get; }

    /// <summary>Whether they can be stored to.</summary>
    public bool IsWritable => _writable;

    /// <summary>How many whole pages can be accessed now.</summary>
    public int MappedPageCount => _mappedPages;

    private long PageBytes => (long)WordsPerPage * sizeof(int);

    /// <summary>The words of one page.</summary>
    /// <exception cref="CorruptFileException">There is no such page: the number came from a damaged file.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<int> Page(int page)
    {
        if ((uint)page >= (uint)_mappedPages)
            ThrowNoSuchPage(page);

        // SAFETY: the page lies within each view since then, and those stay until Dispose, which runs after the last user.
        return new Span<int>(FirstWordOf(page), WordsPerPage);
    }

    /// <summary>Words that may span pages, from the start of a page on.</summary>
    /// <exception cref="CorruptFileException">They are not all there.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<int> Words(int page, int lengthInWords) => WordsAt((long)page * WordsPerPage, lengthInWords);

    /// <summary>Words anywhere.</summary>
    /// <param name="firstWord">Counted from the start of the file.</param>
    /// <param name="lengthInWords">How many.</param>
    /// <exception cref="CorruptFileException">They are not all there.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<int> WordsAt(long firstWord, int lengthInWords)
    {
        if (!AreMapped(firstWord, lengthInWords))
            ThrowNoSuchPage((int)Math.Clamp(firstWord / WordsPerPage, int.MinValue, int.MaxValue));

        // SAFETY: as for Page.
        return new Span<int>(_base + firstWord, lengthInWords);
    }

    /// <summary>A page, for readers that hold no lock and may have read any number; false when it is not all there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetPage(int page, out PageWords words)
    {
        words = default;
        if ((uint)page >= (uint)_mappedPages)
            return false;

        // SAFETY: as for Page; after Retire the words are zeros.
        words = new PageWords(ref *FirstWordOf(page), WordsPerPage);
        return true;
    }

    /// <summary>Key and pointer of a cell, for readers that hold no lock; false when it is not all there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetCell(long firstWord, out int key, out int pointer)
    {
        Unsafe.SkipInit(out key);
        Unsafe.SkipInit(out pointer);
        if ((ulong)firstWord + 1 >= (ulong)Volatile.Read(ref _mappedWords))
            return false;

        // Both in one load. Should the processor split it, a cell that another key is just taking may show an old word
        // and a new one; the page found then is not one of the key that is looked for. Where pages have an odd number of
        // words it does split some, and an arm64 processor faults when such a load has acquire semantics: so this one is
        // plain, and a barrier that costs nothing on x64 keeps later loads behind it.
        // SAFETY: both words lie within the mapping, as for Page.
        Seam.Reached(SeamKind.Load);
        long both = Unsafe.ReadUnaligned<long>(_base + firstWord);
        Volatile.ReadBarrier();
        key = (int)both;
        pointer = (int)(both >> 32);
        return true;
    }

    /// <summary>Asks the processor to load a word's cache line, where it has an instruction for that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(long word)
    {
        // A prefetch of any address is harmless: it never faults.
        if (Sse.IsSupported)
            Sse.Prefetch0(_base + word);
    }

    /// <summary>Makes pages that another process has added accessible; never lengthens the file.</summary>
    /// <exception cref="CorruptFileException">The file is shorter than that: it was truncated.</exception>
    /// <exception cref="OutOfSpaceException">The file has holes that the file system has no room for.</exception>
    /// <exception cref="ReadOnlyTableException">
    /// The file has holes, reading which takes room, and is open for reading only.
    /// </exception>
    public void EnsureMapped(int pageCount)
    {
        if (pageCount <= _mappedPages)
            return;
        using (Uninterrupted.Enter(_sync))
        {
            ObjectDisposedException.ThrowIf(_isRetired, this);
            Libc.Status status = _file.Status;
            if (status.LengthInBytes / PageBytes < pageCount)
            {
                throw new CorruptFileException(Name, null, null,
                    $"the file is truncated: {status.LengthInBytes} bytes found, " +
                    $"{pageCount * PageBytes} expected for {pageCount} pages");
            }

            MapUpTo(_writable ? FilledLength(status) : ReadableLength(status, pageCount));
        }
    }

    /// <summary>Makes sure that the file holds at least so many pages, with blocks behind them.</summary>
    /// <remarks>New pages are zero. The caller holds the table's write lock.</remarks>
    /// <exception cref="OutOfSpaceException">The file system is full; nothing has changed.</exception>
    public void Grow(int pageCount)
    {
        if (!TryGrow(pageCount))
            throw SystemError.Last($"grow to {RoundUp(pageCount * PageBytes)} bytes", Name);
    }

    /// <summary>The same; false, with the error number set and nothing changed, when the file system says no.</summary>
    /// <exception cref="OutOfSpaceException">So much can't be mapped; nothing has changed.</exception>
    public bool TryGrow(int pageCount)
    {
        if (pageCount <= _mappedPages)
            return true;
        using (Uninterrupted.Enter(_sync))
        {
            long neededBytes = RoundUp(pageCount * PageBytes);
            Libc.Status status = _file.Status;
            if (status.LengthInBytes >= neededBytes)
            {
                MapUpTo(FilledLength(status));
                return true;
            }

            // A step is an eighth of the table, so that growing costs little per page and wastes little.
            long step = Math.Clamp(status.LengthInBytes / 8, MinGrowthBytes, MaxGrowthBytes);
            long wantedBytes = Math.Min(RoundUp(neededBytes + step), MaxTableBytes);
            if (neededBytes > MaxTableBytes)
            {
                throw new OutOfSpaceException(
                    $"{Name}: the table needs {neededBytes} bytes; a table has at most {MaxTableBytes}");
            }

            EnsureView(neededBytes);
            long grownBytes = TryAllocate(status.LengthInBytes, wantedBytes) ? wantedBytes : neededBytes;
            if (grownBytes == neededBytes && !TryAllocate(status.LengthInBytes, neededBytes))
                return false;
            MapUpTo(grownBytes);
            return true;
        }
    }

    /// <summary>Lets pages be written that were mapped for reading only; users of the pages go on meanwhile.</summary>
    public void MakeWritable()
    {
        using (Uninterrupted.Enter(_sync))
        {
            if (_writable)
                return;

            // Nobody writes before all of that is done.
            long readableBytes = _mappedBytes;
            _mappedBytes = 0;
            try
            {
                long length = FilledLength(_file.Status);
                MapViewsForWriting();
                _writable = true;
                MapUpTo(length);
            }
            catch
            {
                _writable = false;
                _mappedBytes = readableBytes;
                throw;
            }
        }
    }

    /// <summary>Sets everything from a page on to zero, up to the end of the file.</summary>
    public void ClearFrom(int page) => ClearWords((long)page * WordsPerPage, _mappedBytes / sizeof(int));

    /// <summary>Sets pages to zero.</summary>
    /// <exception cref="CorruptFileException">They are not all there.</exception>
    public void Clear(int first, int end)
    {
        if (first < 0 || end > _mappedPages)
            ThrowNoSuchPage(first < 0 ? first : end - 1);
        ClearWords((long)first * WordsPerPage, (long)end * WordsPerPage);
    }

    /// <summary>Writes the mapped memory back to the file's device.</summary>
    public void Flush()
    {
        using (Uninterrupted.Enter(_sync))
        {
            if (Libc.SyncMapping(FaultPoint.SyncPages, _base, (nuint)_mappedBytes, Libc.MS_SYNC) != 0
                || Libc.Sync(FaultPoint.SyncFile, _file.Descriptor) != 0)
            {
                throw SystemError.Last("flush", Name);
            }
        }
    }

    /// <summary>
    /// Lets go of the file while threads may still be reading without a lock: they find zeros from now on. The address
    /// space goes when nobody refers to this object any more; so does the file if the kernel has no room for zeros.
    /// </summary>
    public void Retire()
    {
        using (Uninterrupted.Enter(_sync))
        {
            _isRetired = true;
            RetireViews();
        }
    }

    /// <summary>Unmaps everything at once; only for one who is sure to be the only user.</summary>
    public void Dispose()
    {
        _mappedPages = 0;
        _mappedWords = 0;
        _mappedBytes = 0;
        DisposeViews();
    }

    /// <summary>Where a page begins, which is not negative: that saves the processor from extending the sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int* FirstWordOf(int page) => _base + ((uint)page * _wordsPerPage);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AreMapped(long firstWord, int lengthInWords) =>
        firstWord >= 0 && firstWord + lengthInWords <= Volatile.Read(ref _mappedWords);

    private void ClearWords(long first, long end)
    {
        const int step = 1 << 28;
        for (long word = first; word < end; word += step)
        {
            Seam.Reached(SeamKind.Store);

            // SAFETY: the callers have made sure that the range is within the mapping.
            new Span<int>(_base + word, (int)Math.Min(step, end - word)).Clear();
        }
    }

    private static long RoundUp(long bytes) => (bytes + Libc.PageBytes - 1) / Libc.PageBytes * Libc.PageBytes;

    private bool TryAllocate(long oldBytes, long newBytes) =>
        FileSpace.TryAllocate(_file.Descriptor, oldBytes, newBytes - oldBytes);

    /// <summary>The length of a file whose holes, if another program grew it sparsely as the original does, are filled.</summary>
    private long FilledLength(in Libc.Status status)
    {
        FileSpace.FillHoles(_file.Descriptor, status, _mappedBytes, Name);
        return status.LengthInBytes;
    }

    private long ReadableLength(in Libc.Status status, int pageCount)
    {
        long readable = FileSpace.ReadableLength(_file.Descriptor, status, _mappedBytes);
        if (readable >= pageCount * PageBytes)
            return readable;
        throw new ReadOnlyTableException(
            $"{Name}: the file has a hole at byte {readable}, and reading it takes room that there may not be; " +
            "open the table for writing once, which fills the holes");
    }

    private void MapUpTo(long lengthInBytes)
    {
        long end = Math.Min(RoundUp(lengthInBytes), MaxTableBytes);
        if (end > _mappedBytes)
        {
            EnsureView(end);
            _mappedBytes = end;
        }

        // A page counts only when all of it is in the file: beyond its end an access faults. Who sees the numbers sees a view
        // that has so many pages, since that was stored before.
        _mappedPages = (int)Math.Min(Math.Min(lengthInBytes, _mappedBytes) / PageBytes, int.MaxValue);
        Volatile.Write(ref _mappedWords, (long)_mappedPages * WordsPerPage);
    }

    private void ThrowNoSuchPage(int page) => throw new CorruptFileException(
        Name, null, null, $"page {page} is referred to; the file has {_mappedPages} pages");
}
