namespace Netshm.Interop;

/// <summary>A block of memory of fixed length, mapped once: a sidecar's, or one that only this process sees.</summary>
/// <remarks>It can be read as long as anybody refers to this object, so threads need no lock to do so.</remarks>
internal sealed unsafe class MappedBlock
{
    private readonly AddressRange _range;
    private readonly byte* _base;
    private readonly long _lengthInBytes;
    private bool _isRetired;

    private MappedBlock(AddressRange range, long lengthInBytes)
    {
        _range = range; // Which is given back when it is collected, so not before this object is.
        _base = range.Start;
        _lengthInBytes = lengthInBytes;
    }

    /// <summary>Maps a file that has blocks behind all of its length.</summary>
    public static MappedBlock OfFile(FileHandle file, long lengthInBytes, string name) =>
        new(AddressRange.OfFile(file, lengthInBytes, name), lengthInBytes);

    /// <summary>Memory of this process, set to zero.</summary>
    public static MappedBlock Private(long lengthInBytes, string name) => new(
        AddressRange.TryPrivate(FaultPoint.MapPrivateBlock, lengthInBytes) ?? throw SystemError.Last("get memory for", name),
        lengthInBytes);

    /// <summary>
    /// Lets go of the file while threads may still be reading without a lock: from one moment on they find zeros, and in one
    /// part odd numbers, as if a writer that never ends were at work there.
    /// </summary>
    /// <param name="offsetOfSequences">Where that part begins: the sequence words.</param>
    /// <param name="countOfSequences">How many words it has.</param>
    /// <returns>False when there is no memory for that: it stays as it is until nobody refers to it.</returns>
    public bool TryRetire(int offsetOfSequences, int countOfSequences)
    {
        if (_isRetired)
            return true;
        if (AddressRange.TryPrivate(FaultPoint.MapForRetiredBlock, _lengthInBytes) is not { } retired)
            return false;
        using (retired)
        {
            const long odd = -1;

            // SAFETY: as for Span; the other range has the same length.
            Span<byte> bytes = new(retired.Start, checked((int)_lengthInBytes));
            MemoryMarshal.Cast<byte, long>(bytes[offsetOfSequences..])[..countOfSequences].Fill(odd);
            return _isRetired = _range.TryReplaceBy(retired);
        }
    }

    /// <summary>A run of values.</summary>
    /// <remarks>
    /// The span does not keep the memory mapped: who uses it refers to this object until after the last use.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Span<T>(int offsetInBytes, int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            (ulong)(uint)offsetInBytes + ((ulong)(uint)count * (uint)sizeof(T)), (ulong)_lengthInBytes);

        // SAFETY: the range lies within the mapping, which stays until this object is collected.
        return new Span<T>(_base + offsetInBytes, count);
    }

    /// <summary>One value.</summary>
    /// <inheritdoc cref="Span" path="/remarks"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T At<T>(int offsetInBytes)
        where T : unmanaged
    {
        if ((ulong)(uint)offsetInBytes + (uint)sizeof(T) > (ulong)_lengthInBytes)
            throw new ArgumentOutOfRangeException(nameof(offsetInBytes));

        // SAFETY: as for Span.
        return ref Unsafe.AsRef<T>(_base + offsetInBytes);
    }

    /// <summary>Sleeps until the word is woken, has another value than expected, or the time is over (futex(2)).</summary>
    public void WaitWhile(int offsetInBytes, int expected, TimeSpan longest)
    {
        ref int word = ref At<int>(offsetInBytes);
        var time = new Libc.TimeSpec
        {
            Seconds = (long)longest.TotalSeconds,
            Nanoseconds = longest.Ticks % TimeSpan.TicksPerSecond * 100,
        };

        // Whatever the answer is (woken, changed, over, interrupted), the caller looks at the word again.
        _ = Libc.Futex(FaultPoint.SleepOnWord, (int*)Unsafe.AsPointer(ref word), Libc.FUTEX_WAIT, expected, &time);
        GC.KeepAlive(this);
    }

    /// <summary>Wakes one who sleeps on the word.</summary>
    public void WakeOne(int offsetInBytes) => Wake(offsetInBytes, 1);

    /// <summary>Wakes all who sleep on the word.</summary>
    public void WakeAll(int offsetInBytes) => Wake(offsetInBytes, int.MaxValue);

    private void Wake(int offsetInBytes, int count)
    {
        _ = Libc.Futex(
            FaultPoint.WakeSleepers, (int*)Unsafe.AsPointer(ref At<int>(offsetInBytes)), Libc.FUTEX_WAKE, count, null);
        GC.KeepAlive(this);
    }
}
