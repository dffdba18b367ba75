using System.Runtime.Intrinsics;

namespace Netshm.Interop;

/// <summary>A run of records of four 32-bit words in a block of shared memory.</summary>
internal readonly unsafe struct SharedRecords(MappedBlock block, int offsetInBytes, int count)
{
    public const int LengthInWords = 4;
    public const int LengthInBytes = LengthInWords * sizeof(int);

    private readonly Vector128<int>* _first =
        (Vector128<int>*)Unsafe.AsPointer(ref block.Span<Vector128<int>>(offsetInBytes, count)[0]);
    private readonly MappedBlock _block = block;

    /// <summary>How many there are.</summary>
    public int Count { get; } = count;

    /// <summary>The words of a record, as they are now.</summary>
    public Vector128<int> this[int index]
    {
        get
        {
            ThrowIfOutOfRange(index);

            // SAFETY: the index is checked, and the block stays mapped as long as this refers to it.
            return _first[index];
        }
    }

    /// <summary>Stores a record, of which others may see any part before all of it is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, int first, int second, int third, int fourth)
    {
        ThrowIfOutOfRange(index);
        Seam.Reached(SeamKind.Store);

        // SAFETY: as above.
        _first[index] = Vector128.Create(first, second, third, fourth);
    }

    /// <summary>Replaces the last two words of a record by one store.</summary>
    public void StoreSecondHalf(int index, int third, int fourth)
    {
        ThrowIfOutOfRange(index);

        // SAFETY: as above; the half is aligned, since records are.
        SharedWord.Store(ref *((long*)(_first + index) + 1), ((long)fourth << 32) | (uint)third);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ThrowIfOutOfRange(int index)
    {
        if ((uint)index >= (uint)Count)
            Throw();

        static void Throw() => throw new ArgumentOutOfRangeException(nameof(index));
    }
}
