namespace Netshm.Format;

/// <summary>Names for the words of a free page.</summary>
internal readonly ref struct FreePageView(Span<int> words)
{
    public const int Magic = unchecked((int)0xf3eef3ee);

    public const int MagicWord = 0, NextFreeWord = 1;

    private readonly Span<int> _words = words;

    public bool HasMagic => _words[0] == Magic;

    /// <summary>What is wrong with a page that is in the free list; null when nothing is.</summary>
    public BadWord? Validate() => HasMagic
        ? null
        : new BadWord(MagicWord, "the page is in the free list and does not have the mark of a free page");

    public int NextFree => _words[NextFreeWord];

    /// <summary>Turns a page into a free one; the magic goes last so that a reader who finds it finds the rest.</summary>
    public void Initialise(int nextFree)
    {
        SharedWord.Store(ref _words[NextFreeWord], nextFree);
        SharedWord.Store(ref _words[0], Magic);
    }
}
