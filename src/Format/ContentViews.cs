using System.Runtime.Intrinsics;

namespace Netshm.Format;

/// <summary>The words of a binding's first page, each loaded once.</summary>
/// <param name="Magic">Says that it is one.</param>
/// <param name="Key">The key.</param>
/// <param name="NextPage">The next page of this binding, or 0.</param>
/// <param name="OlderBinding">The first page of the next older binding of the key, or 0.</param>
/// <param name="ValuePosition">Where in the content the value begins.</param>
/// <param name="ValueLengthInWords">How long the whole value is.</param>
internal readonly record struct ContentHead(
    int Magic, int Key, int NextPage, int OlderBinding, int ValuePosition, int ValueLengthInWords)
{
    /// <summary>Whether it can be the first page of a key's binding.</summary>
    /// <param name="key">The key.</param>
    /// <param name="wordsPerPage">The table's page size.</param>
    /// <param name="totalPages">How many pages the table has.</param>
    /// <remarks>The pointers to the next page and to the older binding are for those to check who follow them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Validate(int key, int wordsPerPage, int totalPages) =>
        Magic == ContentView.Magic && Key == key
        && (uint)ValuePosition < (uint)(wordsPerPage - Layout.ContentHeaderInWords)
        && (ulong)ValueLengthInWords <= (ulong)((long)totalPages * wordsPerPage);

    /// <summary>What is wrong with one that can't.</summary>
    public BadWord Explain(int key, int wordsPerPage, int totalPages) =>
        Magic != ContentView.Magic
            ? new(0, $"the page is not the first one of a binding; one of key {key} was expected")
        : Key != key ? new(ContentView.KeyWord, $"key {Key} found, {key} expected")
        : (uint)ValuePosition >= (uint)(wordsPerPage - Layout.ContentHeaderInWords)
            ? new(ContentView.ValuePositionWord,
                $"the value begins at {ValuePosition} of {wordsPerPage - Layout.ContentHeaderInWords} words")
        : new(ContentView.ValueLengthWord,
            $"the value has {ValueLengthInWords} words; the table has {totalPages} pages of {wordsPerPage}");
}

/// <summary>The words of a binding's further page, each loaded once.</summary>
/// <param name="Magic">Says that it is one.</param>
/// <param name="Key">The key.</param>
/// <param name="NextPage">The next page of the binding, or 0.</param>
/// <param name="Sequence">1 for the second page of the binding, and so on.</param>
internal readonly record struct FollowUpHead(int Magic, int Key, int NextPage, int Sequence)
{
    /// <summary>Whether it can be a further page of a key's binding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Validate(int key, int sequence) => Magic == FollowUpView.Magic && Key == key && Sequence == sequence;

    /// <summary>What is wrong with one that can't.</summary>
    public BadWord Explain(int key, int sequence) =>
        Magic != FollowUpView.Magic
            ? new(0, $"the page is not a further one of a binding; one of key {key} was expected")
        : Key != key ? new(FollowUpView.KeyWord, $"key {Key} found, {key} expected")
        : new(FollowUpView.SequenceWord, $"sequence number {Sequence} found, {sequence} expected");
}

/// <summary>Names for the words of a binding's first page.</summary>
internal readonly ref struct ContentView(Span<int> words)
{
    public const int Magic = 0x12DE9F67;

    public const int KeyWord = 1, NextPageWord = 2, OlderBindingWord = 3, ValuePositionWord = 4, ValueLengthWord = 5;

    private readonly Span<int> _words = words;

    public bool HasMagic => _words[0] == Magic;

    public int Key => _words[KeyWord];

    /// <summary>The next page of this binding, or 0.</summary>
    public int NextPage { get => _words[NextPageWord]; set => SharedWord.Store(ref _words[NextPageWord], value); }

    /// <summary>The first page of the next older binding of the key, or 0.</summary>
    public int OlderBinding => _words[OlderBindingWord];

    public Span<int> Content => _words[Layout.ContentHeaderInWords..];

    /// <summary>The words before the content.</summary>
    public ContentHead Head
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(_words[0], Key, NextPage, OlderBinding, _words[ValuePositionWord], _words[ValueLengthWord]);
    }

    /// <summary>
    /// Whether a page is a sound first one of a key's binding, and has all of the value in it: the usual case, checked without
    /// the work of a walk. Anything else is for a walk to read or to complain about. Any older binding will do.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWhole(PageWords page, int key) =>
        HasWholeValue(page, key, out int lengthInWords)
        && (uint)lengthInWords <= (uint)(page.LengthInWords - Layout.ContentHeaderInWords);

    /// <summary>The value, when it is all in the page.</summary>
    /// <inheritdoc cref="IsWhole(PageWords, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGetWhole(PageWords page, int key, out ReadOnlySpan<int> value)
    {
        bool isWhole = HasWholeValue(page, key, out int lengthInWords)
            && (uint)lengthInWords <= (uint)(page.LengthInWords - Layout.ContentHeaderInWords);
        value = isWhole ? page.All.Slice(Layout.ContentHeaderInWords, lengthInWords) : default;
        return isWhole;
    }

    /// <summary>Copies the value when it is all in the page, and the destination has room for it.</summary>
    /// <remarks>
    /// For readers that hold no lock: whatever is read is checked, and is only worth something when nothing was modified
    /// meanwhile. A processor goes on with the next look-up while it waits for the memory of this one, as far as the
    /// instructions that it can hold reach: each one saved here is nearly a nanosecond. So what must be so is looked at
    /// together, and what is copied does not depend on it.
    /// </remarks>
    /// <param name="page">The binding's first page, or any other one.</param>
    /// <param name="key">The key it must have.</param>
    /// <param name="destination">
    /// Where the value goes, at most <see cref="PageWords.MaxCopiedWords"/>; words behind the value's are overwritten with
    /// anything.
    /// </param>
    /// <param name="lengthInWords">The value's length, if true is returned; else anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryCopyWhole(PageWords page, int key, Span<int> destination, out int lengthInWords)
    {
        PageWords.Copy copy = page.CopyOf(Layout.ContentHeaderInWords, destination);
        if (!HasWholeValue(page, key, out lengthInWords) || (uint)lengthInWords > (uint)copy.Count)
            return false;
        Seam.Reached(SeamKind.Load);
        copy.Make();
        return true;
    }

    /// <summary>Makes another binding the next older one, in one store.</summary>
    public void LinkTo(int olderBinding) => SharedWord.Store(ref _words[OlderBindingWord], olderBinding);

    public void Initialise(int key, int olderBinding, int valueLengthInWords)
    {
        PutHead(key, olderBinding);
        SharedWord.Store(ref _words[ValuePositionWord], 0);
        SharedWord.Store(ref _words[ValueLengthWord], valueLengthInWords);
    }

    /// <summary>Makes a page that nothing points to a binding's, with the value that was put there.</summary>
    public void PutHead(int key, int olderBinding)
    {
        Seam.Reached(SeamKind.Store);
        Vector128.Create(Magic, key, 0, olderBinding).CopyTo(_words);
    }

    /// <summary>Makes a page that was freed a binding's again, in which nothing else was overwritten.</summary>
    public void RestoreHead(int key)
    {
        SharedWord.Store(ref _words[KeyWord], key);
        SharedWord.Store(ref _words[0], Magic);
    }

    /// <summary>Puts a value, for which there is room, where it is to be in a page that nothing points to.</summary>
    public void PutValue(ReadOnlySpan<int> value)
    {
        SharedWord.Store(ref _words[ValuePositionWord], 0);
        SharedWord.Store(ref _words[ValueLengthWord], value.Length);
        Seam.Reached(SeamKind.Store);
        WordCopy.Copy(value, Content);
    }

    /// <summary>Whether a page is a first one of a key's binding whose value begins right behind the head and needs no other page.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasWholeValue(PageWords page, int key, out int lengthInWords)
    {
        // Magic and key are as they must be, next page and position are 0.
        int badBits = (page[0] ^ Magic) | (page[KeyWord] ^ key) | page[NextPageWord] | page[ValuePositionWord];
        lengthInWords = page[ValueLengthWord];
        return badBits == 0;
    }
}

/// <summary>Names for the words of a binding's further pages.</summary>
internal readonly ref struct FollowUpView(Span<int> words)
{
    public const int Magic = unchecked((int)0xDE9F6712);

    public const int KeyWord = 1, NextPageWord = 2, SequenceWord = 3;

    private readonly Span<int> _words = words;

    public bool HasMagic => _words[0] == Magic;

    public int NextPage { get => _words[NextPageWord]; set => SharedWord.Store(ref _words[NextPageWord], value); }

    public Span<int> Content => _words[Layout.FollowUpHeaderInWords..];

    /// <summary>The words before the content.</summary>
    public FollowUpHead Head => new(_words[0], _words[KeyWord], NextPage, _words[SequenceWord]);

    /// <summary>Makes a page that was freed a binding's again, in which nothing else was overwritten.</summary>
    public void RestoreHead(int key)
    {
        SharedWord.Store(ref _words[KeyWord], key);
        SharedWord.Store(ref _words[0], Magic);
    }

    public void Initialise(int key, int sequence)
    {
        SharedWord.Store(ref _words[0], Magic);
        SharedWord.Store(ref _words[KeyWord], key);
        SharedWord.Store(ref _words[NextPageWord], 0);
        SharedWord.Store(ref _words[SequenceWord], sequence);
    }
}
