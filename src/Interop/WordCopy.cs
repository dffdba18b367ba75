using System.Runtime.Intrinsics;

namespace Netshm.Interop;

/// <summary>Copies of values, most of which are short.</summary>
internal static class WordCopy
{
    /// <summary>Copies a value to where there is room for it, and nothing of itself.</summary>
    /// <exception cref="ArgumentException">There is no room for it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ReadOnlySpan<int> value, Span<int> room)
    {
        if (value.Length > room.Length)
            ThrowNoRoom();
        Few(ref MemoryMarshal.GetReference(value), ref MemoryMarshal.GetReference(room), value.Length);

        static void ThrowNoRoom() => throw new ArgumentException("the value is longer than the room for it", nameof(value));
    }

    /// <summary>Copies as many words as two vectors hold, or fewer, without the call that a copy of any length is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Few(ref readonly int source, ref int destination, int count)
    {
        // SAFETY: the caller has seen to it that there are so many words on both sides. The two vectors overlap where there
        // are fewer words than both hold.
        int behindFirst = count - Vector256<int>.Count;
        if ((uint)behindFirst <= (uint)Vector256<int>.Count)
        {
            var last = Vector256.LoadUnsafe(in source, (nuint)behindFirst);
            Vector256.LoadUnsafe(in source).StoreUnsafe(ref destination);
            last.StoreUnsafe(ref destination, (nuint)behindFirst);
        }
        else
        {
            MemoryMarshal.CreateReadOnlySpan(in source, count).CopyTo(MemoryMarshal.CreateSpan(ref destination, count));
        }
    }
}
