using System.Runtime.CompilerServices;

namespace Netshm;

/// <summary>A block of memory of fixed length, mapped once: a sidecar's, or one that only this process sees.</summary>
/// <remarks>It can be read as long as anybody refers to this object, so threads need no lock to do so.</remarks>
internal sealed unsafe class MappedBlock
{
    private readonly byte* _base;
    private readonly long _lengthInBytes;

    private MappedBlock(int flags, int descriptor, long lengthInBytes, string name)
    {
        _lengthInBytes = lengthInBytes;
        const int protection = Libc.PROT_READ | Libc.PROT_WRITE;
        void* address = Libc.Map(null, (nuint)lengthInBytes, protection, flags, descriptor, 0);
        if ((nint)address == -1)
            throw SystemError.Last("map", name);
        _base = (byte*)address;
    }

    ~MappedBlock() => _ = Libc.Unmap(_base, (nuint)_lengthInBytes);

    /// <summary>Maps a file that has blocks behind all of its length.</summary>
    public static MappedBlock OfFile(int descriptor, long lengthInBytes, string name) =>
        new(Libc.MAP_SHARED, descriptor, lengthInBytes, name);

    /// <summary>Memory of this process, set to zero.</summary>
    public static MappedBlock Private(long lengthInBytes, string name) =>
        new(Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, lengthInBytes, name);

    /// <summary>Lets go of the file while threads may still be reading without a lock: they find zeros from now on.</summary>
    public void Retire()
    {
        const int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED;
        const int protection = Libc.PROT_READ | Libc.PROT_WRITE;
        _ = Libc.Map(_base, (nuint)_lengthInBytes, protection, flags, -1, 0); // Failing, it stays as it is.
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
        _ = Libc.Futex(Libc.SYS_futex, (int*)Unsafe.AsPointer(ref word), Libc.FUTEX_WAIT, expected, &time);
        GC.KeepAlive(this);
    }

    /// <summary>Wakes one who sleeps on the word.</summary>
    public void WakeOne(int offsetInBytes) => Wake(offsetInBytes, 1);

    /// <summary>Wakes all who sleep on the word.</summary>
    public void WakeAll(int offsetInBytes) => Wake(offsetInBytes, int.MaxValue);

    private void Wake(int offsetInBytes, int count)
    {
        _ = Libc.Futex(Libc.SYS_futex, (int*)Unsafe.AsPointer(ref At<int>(offsetInBytes)), Libc.FUTEX_WAKE, count, null);
        GC.KeepAlive(this);
    }
}
