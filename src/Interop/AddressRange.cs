namespace Netshm.Interop;

/// <summary>A range of addresses that belongs to a mapping; it is given back once, whatever happens.</summary>
/// <remarks>
/// Threads may be reading there without a lock, so it is mostly left to the last one that refers to it: the range goes when
/// this object is collected.
/// </remarks>
internal sealed unsafe class AddressRange : SafeHandle
{
    private nuint _lengthInBytes;

    /// <summary>No range; the methods below make one.</summary>
    public AddressRange()
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Where it begins. Who uses it refers to this object until after the last use.</summary>
    public byte* Start => (byte*)handle;

    /// <summary>Maps a file that has blocks behind all of the range, from its beginning on.</summary>
    public static AddressRange OfFile(FileHandle file, long lengthInBytes, string name)
    {
        const int protection = Libc.PROT_READ | Libc.PROT_WRITE;
        var range = new AddressRange();
        return range.Take(
            Libc.Map(FaultPoint.MapBlock, null, (nuint)lengthInBytes, protection, Libc.MAP_SHARED, file, 0), lengthInBytes)
            ? range
            : throw SystemError.Last("map", name);
    }

    /// <summary>Memory of this process, set to zero; null, with the error number set, when there is none.</summary>
    public static AddressRange? TryPrivate(FaultPoint at, long lengthInBytes)
    {
        const int protection = Libc.PROT_READ | Libc.PROT_WRITE, flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS;
        var range = new AddressRange();
        return range.Take(Libc.Map(at, null, (nuint)lengthInBytes, protection, flags), lengthInBytes) ? range : null;
    }

    /// <summary>
    /// Maps a file from its beginning on, and further than it reaches: what it grows by is there at once. Null, with the error
    /// number set, when the kernel says no.
    /// </summary>
    /// <remarks>Addresses beyond the end of the file must not be used.</remarks>
    /// <param name="file">The file.</param>
    /// <param name="protection">How it is mapped.</param>
    /// <param name="lengthInBytes">How many addresses there are from <see cref="FirstMultipleOf"/> on.</param>
    /// <param name="alignment">What that one is a multiple of: a power of two.</param>
    public static AddressRange? TryMapAhead(FileHandle file, int protection, long lengthInBytes, long alignment)
    {
        const int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE;
        var range = new AddressRange();
        long longest = lengthInBytes + alignment;
        if (!range.Take(Libc.Map(FaultPoint.ReserveAddressSpace, null, (nuint)longest, Libc.PROT_NONE, flags), longest))
            return null;

        // SAFETY: both ends are within the range that was just mapped, which is longer by the alignment.
        byte* first = range.FirstMultipleOf(alignment);
        range.CutHead(first);
        range.CutTail(first + lengthInBytes);
        if (TryMap(file, protection, first, lengthInBytes))
            return range;
        int error = Marshal.GetLastPInvokeError();
        range.Dispose();
        Marshal.SetLastPInvokeError(error);
        return null;
    }

    /// <summary>Maps a file's beginning to addresses that belong to a range, in one step; false when the kernel says no.</summary>
    public static bool TryMap(FileHandle file, int protection, byte* first, long lengthInBytes, int sharing = Libc.MAP_SHARED)
    {
        int flags = sharing | Libc.MAP_FIXED;
        return (nint)Libc.Map(FaultPoint.MapPages, first, (nuint)lengthInBytes, protection, flags, file, 0) != -1;
    }

    /// <summary>The first address of the range that is a multiple of a power of two.</summary>
    public byte* FirstMultipleOf(long alignment) => (byte*)((handle + (nint)alignment - 1) & -(nint)alignment);

    /// <summary>Gives back what comes from an address on; what the kernel does not take goes with the rest.</summary>
    public void CutTail(byte* end)
    {
        // SAFETY: the caller takes an address within the range, behind which nothing is used any more.
        nuint cut = (nuint)(Start + _lengthInBytes - end);
        if (cut > 0 && Libc.Unmap(FaultPoint.TrimAddressSpace, end, cut) == 0)
            _lengthInBytes -= cut;
    }

    /// <summary>Puts another range of the same length here in one step: whoever reads finds what was here before, or that.</summary>
    /// <returns>False when the kernel says no; then nothing has changed.</returns>
    public bool TryReplaceBy(AddressRange other)
    {
        // SAFETY: both ranges are this library's and have the same length; nobody has seen the other one's addresses.
        if ((nint)Libc.Move(FaultPoint.RetireBlock, other.Start, other._lengthInBytes, Start) == -1)
            return false;
        other.SetHandleAsInvalid(); // There is nothing at its addresses any more.
        return true;
    }

    // SAFETY: this runs once, when nobody refers to the range any more.
    protected override bool ReleaseHandle() => Libc.Unmap(FaultPoint.Unmap, Start, _lengthInBytes) == 0;

    private bool Take(void* address, long lengthInBytes)
    {
        if ((nint)address == -1)
            return false;
        _lengthInBytes = (nuint)lengthInBytes;
        SetHandle((nint)address);
        return true;
    }

    private void CutHead(byte* begin)
    {
        nuint cut = (nuint)(begin - Start);
        if (cut == 0 || Libc.Unmap(FaultPoint.TrimAddressSpace, Start, cut) != 0)
            return;
        _lengthInBytes -= cut;
        SetHandle((nint)begin);
    }
}
