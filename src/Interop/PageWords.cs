using System.Diagnostics;

namespace Netshm.Interop;

/// <summary>The words of one page, for readers that hold no lock; they are mapped as long as the pages are that they come from.</summary>
internal readonly ref struct PageWords
{
    /// <summary>How many words every page has: the compiler leaves the check of a constant index below it out.</summary>
    public const int HeadLengthInWords = 16;

    /// <summary>How long a destination may be for which <see cref="Copy.Make"/> is two vectors and no call.</summary>
    public const int MaxCopiedWords = 16;

    private readonly ref int _first;

    public PageWords(ref int first, int lengthInWords)
    {
        Debug.Assert(lengthInWords >= HeadLengthInWords, "No page is smaller.");
        _first = ref first;
        LengthInWords = lengthInWords;
    }

    public int LengthInWords { get; }

    /// <summary>All words.</summary>
    public Span<int> All => MemoryMarshal.CreateSpan(ref _first, LengthInWords);

    /// <summary>One of the first words.</summary>
    public int this[int word]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)word >= HeadLengthInWords)
                ThrowOutOfRange();

            // SAFETY: the page has so many words.
            return Unsafe.Add(ref _first, word);
        }
    }

    /// <summary>A copy, not made yet, of as many words as there are from a place in the head on, and in the destination.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Copy CopyOf(int firstWord, Span<int> destination)
    {
        if ((uint)firstWord >= HeadLengthInWords)
            ThrowOutOfRange();

        // SAFETY: as above.
        return new Copy(ref Unsafe.Add(ref _first, firstWord), destination, Math.Min(LengthInWords - firstWord, destination.Length));
    }

    /// <summary>Words that can be copied.</summary>
    public readonly ref struct Copy
    {
        private readonly ref int _source;
        private readonly ref int _destination;

        internal Copy(ref int source, Span<int> destination, int count)
        {
            _source = ref source;
            _destination = ref MemoryMarshal.GetReference(destination);
            Count = count;
        }

        /// <summary>How many they are.</summary>
        public int Count { get; }

        /// <summary>Copies all of them.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Make() => WordCopy.Few(ref _source, ref _destination, Count); // SAFETY: there are so many on both sides.
    }

    private static void ThrowOutOfRange() => throw new ArgumentOutOfRangeException("word");
}
