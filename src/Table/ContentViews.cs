using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Netshm;

/// <summary>Names for the words of a binding's first page.</summary>
internal readonly ref struct ContentView(Span<int> words)
{
    public const int Magic = 0x12DE9F67;

    public const int KeyWord = 1, NextPageWord = 2, OlderBindingWord = 3, ValuePositionWord = 4, ValueLengthWord = 5;

    private readonly Span<int> _words = words;

    public bool HasMagic => _words[0] == Magic;

    public int Key => _words[KeyWord];

    /// <summary>The next page of this binding, or 0.</summary>
    public int NextPage
    {
        get => _words[NextPageWord];
        set => SharedWord.Store(ref _words[NextPageWord], value);
    }

    /// <summary>The first page of the next older binding of the key, or 0.</summary>
    public int OlderBinding => _words[OlderBindingWord];

    /// <summary>Where in <see cref="Content"/> the value begins.</summary>
    public int ValuePosition => _words[ValuePositionWord];

    public int ValueLengthInWords => _words[ValueLengthWord];

    public Span<int> Content => _words[Layout.ContentHeaderInWords..];

    /// <summary>
    /// The value, when the page is a sound binding of the key that has all of it in this page: the usual case, checked
    /// without the work of a walk. Anything else is for <see cref="FragmentWalk"/> to read or to complain about.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGetWhole(ReadOnlySpan<int> page, int key, out ReadOnlySpan<int> value)
    {
        int lengthInWords = page[ValueLengthWord];
        bool isWhole = page[0] == Magic && page[KeyWord] == key && page[NextPageWord] == 0
            && page[ValuePositionWord] == 0
            && (uint)lengthInWords <= (uint)(page.Length - Layout.ContentHeaderInWords);
        value = isWhole ? page.Slice(Layout.ContentHeaderInWords, lengthInWords) : default;
        return isWhole;
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
        MappedPages.Copy(value, Content);
    }
}

/// <summary>Names for the words of a binding's further pages.</summary>
internal readonly ref struct FollowUpView(Span<int> words)
{
    public const int Magic = unchecked((int)0xDE9F6712);

    public const int KeyWord = 1, NextPageWord = 2, SequenceWord = 3;

    private readonly Span<int> _words = words;

    public bool HasMagic => _words[0] == Magic;

    public int Key => _words[KeyWord];

    public int NextPage
    {
        get => _words[NextPageWord];
        set => SharedWord.Store(ref _words[NextPageWord], value);
    }

    /// <summary>1 for the second page of the binding, and so on.</summary>
    public int Sequence => _words[SequenceWord];

    public Span<int> Content => _words[Layout.FollowUpHeaderInWords..];

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
