namespace Netshm.Interop;

/// <summary>The place of one value in a block of shared memory, which is found and checked once.</summary>
internal readonly unsafe struct SharedPlace<T>(MappedBlock block, int offsetInBytes)
    where T : unmanaged
{
    private readonly T* _place = (T*)Unsafe.AsPointer(ref block.At<T>(offsetInBytes));
    private readonly MappedBlock _block = block;

    /// <summary>The value; who uses it refers to this until after the last use, which keeps the block mapped.</summary>
    public ref T Value
    {
        // SAFETY: the place lies within the block, as its constructor has found.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *_place;
    }
}
