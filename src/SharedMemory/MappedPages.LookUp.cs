using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Netshm;

/// <content>The usual look-up, in as few instructions as it can be.</content>
internal sealed unsafe partial class MappedPages
{
    /// <summary>How much is copied whatever the value's length is.</summary>
    public const int MaxCopiedWords = 16;

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

    /// <summary>
    /// Copies the value of a binding when all of it is in one page, and the destination has room for it; false when any of
    /// that is not so.
    /// </summary>
    /// <remarks>
    /// For readers that hold no lock: whatever is read is checked, and is only worth something when nothing was modified
    /// meanwhile. A processor goes on with the next look-up while it waits for the memory of this one, as far as the
    /// instructions that it can hold reach: each one saved here is nearly a nanosecond. So what must be so is looked at
    /// together, and what is copied does not depend on it.
    /// </remarks>
    /// <param name="page">The binding's first page, or any number.</param>
    /// <param name="key">The key it must have.</param>
    /// <param name="destination">
    /// Where the value goes, at most <see cref="MaxCopiedWords"/>; words behind the value's are overwritten with anything.
    /// </param>
    /// <param name="lengthInWords">The value's length, if true is returned; else anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryCopyWhole(int page, int key, Span<int> destination, out int lengthInWords)
    {
        Unsafe.SkipInit(out lengthInWords);
        if ((uint)page >= (uint)_mappedPages)
            return false;

        // SAFETY: the page lies within the mapping, as for Page; a page has more words than its header.
        Seam.Reached(SeamKind.Load);
        int* words = FirstWordOf(page);
        int copiedWords = Math.Min(_roomInPage, destination.Length);
        if (!IsWhole(words, key, copiedWords, out lengthInWords))
            return false;
        Seam.Reached(SeamKind.Load);
        CopyFew(ref words[Layout.ContentHeaderInWords], ref MemoryMarshal.GetReference(destination), copiedWords);
        return true;
    }

    /// <summary>A page that is the first one of a key's binding, is sound, and has all of the value in it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="key">The key.</param>
    /// <param name="words">The page's words, if true is returned.</param>
    /// <param name="olderBinding">What it says of the next older binding.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetWhole(int page, int key, out Span<int> words, out int olderBinding)
    {
        words = default;
        olderBinding = 0;
        if ((uint)page >= (uint)_mappedPages)
            return false;

        // SAFETY: as above.
        Seam.Reached(SeamKind.Load);
        int* first = FirstWordOf(page);
        words = new Span<int>(first, WordsPerPage);
        olderBinding = first[ContentView.OlderBindingWord];
        return IsWhole(first, key, _roomInPage, out _);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsWhole(int* words, int key, int roomInWords, out int lengthInWords)
    {
        // Magic and key are as they must be, next page and position are 0; any older binding will do.
        int badBits = (words[0] ^ ContentView.Magic) | (words[ContentView.KeyWord] ^ key)
            | words[ContentView.NextPageWord] | words[ContentView.ValuePositionWord];
        lengthInWords = words[ContentView.ValueLengthWord];
        return badBits == 0 && (uint)lengthInWords <= (uint)roomInWords;
    }

    /// <summary>Copies a value into a page, where it may lie over nothing of itself.</summary>
    /// <exception cref="ArgumentException">There is no room for it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(ReadOnlySpan<int> value, Span<int> room)
    {
        if (value.Length > room.Length)
            ThrowNoRoom();
        CopyFew(ref MemoryMarshal.GetReference(value), ref MemoryMarshal.GetReference(room), value.Length);

        static void ThrowNoRoom() => throw new ArgumentException("the value is longer than the room for it", nameof(value));
    }

    /// <summary>Copies as many words as two vectors hold, or fewer, without the call that a copy of any length is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyFew(ref readonly int source, ref int destination, int count)
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
