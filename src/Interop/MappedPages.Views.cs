namespace Netshm.Interop;

/// <content>The views: the places in the address space at which the file is mapped.</content>
/// <remarks>
/// A view shows the file from its beginning on, and reaches further than the file, so that growing needs no call of the
/// kernel. It is sixteen times as long as what was needed when it was made: a process with 64 GiB for each of many tables
/// would have no addresses left. When the file outgrows it, a longer one is made; the short one stays, since readers without
/// a lock and whoever holds a span may be using it. All views show the same memory, so it does not matter which one somebody
/// uses. From 16 MiB to 64 GiB there are four at most, and together they are little longer than the last one.
/// </remarks>
internal sealed unsafe partial class MappedPages
{
    private const long LeastViewBytes = 16L << 20;
    private const int RoomToGrow = 16;

    /// <summary>The views from the shortest to the longest, which is in use; guarded by the monitor.</summary>
    private readonly List<(AddressRange Range, long LengthInBytes)> _views = [];

    private long ViewBytes => _views.Count == 0 ? 0 : _views[^1].LengthInBytes;

    private int Protection => Libc.PROT_READ | (_writable ? Libc.PROT_WRITE : 0);

    /// <summary>Makes sure that there is a view which is long enough.</summary>
    /// <exception cref="OutOfSpaceException">The kernel has no address space for it; nothing has changed.</exception>
    private void EnsureView(long neededBytes)
    {
        if (neededBytes <= ViewBytes)
            return;

        // Where a process may have few addresses, a view that is hardly long enough is better than none.
        long longest = Math.Clamp(RoundUp(neededBytes * RoomToGrow), LeastViewBytes, MaxTableBytes);
        for (long length = longest; ; length = Math.Max(RoundUp(length / 2), neededBytes))
        {
            if (AddressRange.TryMapAhead(_file.Descriptor, Protection, length, HugePageBytes) is { } range)
            {
                _views.Add((range, length));
                _base = FirstOf(range); // Which MapUpTo publishes.
                return;
            }

            if (length == neededBytes)
                throw SystemError.Last("map", Name);
        }
    }

    /// <summary>
    /// Maps the file anew where it is mapped. The kernel puts each new mapping in the old one's place in one step, so a
    /// concurrent reader waits for it in a page fault at worst.
    /// </summary>
    private void MapViewsForWriting()
    {
        const int protection = Libc.PROT_READ | Libc.PROT_WRITE;
        foreach ((AddressRange range, long length) in _views)
        {
            // SAFETY: the addresses belong to the range.
            if (!AddressRange.TryMap(_file.Descriptor, protection, (byte*)FirstOf(range), length))
                throw SystemError.Last("map", Name);
        }
    }

    /// <summary>
    /// Has stores from now on change what this process sees, and not the file: the kernel copies what is stored to. Nothing
    /// more is mapped afterwards.
    /// </summary>
    public void MakePrivate()
    {
        (AddressRange range, long length) = _views[^1];

        // SAFETY: the addresses belong to the range, and are those in use.
        if (!AddressRange.TryMap(_file.Descriptor, Libc.PROT_READ | Libc.PROT_WRITE, (byte*)FirstOf(range),
            Math.Min(_mappedBytes, length), Libc.MAP_PRIVATE | Libc.MAP_NORESERVE))
        {
            throw SystemError.Last("map", Name);
        }
    }

    /// <summary>Puts zeros where the file was, and gives the rest of the addresses back.</summary>
    private void RetireViews()
    {
        const int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED;
        foreach ((AddressRange range, long length) in _views)
        {
            // SAFETY: the addresses belong to the range.
            int* first = FirstOf(range);
            long readableBytes = Math.Min(_mappedBytes, length);
            if (readableBytes > 0)
                _ = Libc.Map(FaultPoint.RetirePages, first, (nuint)readableBytes, Libc.PROT_READ, flags);
            range.CutTail((byte*)first + readableBytes);
        }
    }

    private void DisposeViews()
    {
        foreach ((AddressRange range, _) in _views)
            range.Dispose();
        _views.Clear();
    }

    private static int* FirstOf(AddressRange range) => (int*)range.FirstMultipleOf(HugePageBytes);
}
