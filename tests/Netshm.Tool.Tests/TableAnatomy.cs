using System.Runtime.InteropServices;

namespace Netshm.Tool.Tests;

/// <summary>A binding and the pages it lies in.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Pages">Its first page, then the further ones.</param>
internal sealed record LocatedBinding(int Key, int[] Value, IReadOnlyList<int> Pages);

/// <summary>Where everything in a sound table's file is, read by docs/FileFormat.md without the library.</summary>
internal sealed class TableAnatomy
{
    private const int ExtentsWord = 8, MaxExtents = 16, CellLength = 4, CellsWord = 4;
    private readonly int[] _words;
    private readonly int _wordsPerPage;

    public TableAnatomy(byte[] file, int pageSize)
    {
        _words = MemoryMarshal.Cast<byte, int>(file).ToArray();
        _wordsPerPage = pageSize / sizeof(int);
        TotalPages = Word(1, 1);
        HashPages = FindHashPages().ToHashSet();
        Chains = HashPages.SelectMany(PointersOf).Select(ReadChain).ToDictionary(chain => chain[0].Key);
    }

    public int TotalPages { get; }

    /// <summary>The pages of the hash table.</summary>
    public IReadOnlySet<int> HashPages { get; }

    /// <summary>The bindings of each bound key, the newest first.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<LocatedBinding>> Chains { get; }

    private int Word(int page, int word) => _words[(page * _wordsPerPage) + word];

    private IEnumerable<int> FindHashPages()
    {
        for (int extent = 0; extent < MaxExtents && Word(1, ExtentsWord + (2 * extent)) != 0; extent++)
        {
            int first = Word(1, ExtentsWord + (2 * extent));
            foreach (int page in Enumerable.Range(first, Word(1, ExtentsWord + (2 * extent) + 1)))
                yield return page;
        }
    }

    private IEnumerable<int> PointersOf(int page)
    {
        for (int word = CellsWord; word + CellLength <= _wordsPerPage; word += CellLength)
        {
            if (Word(page, word + 1) > 0)
                yield return Word(page, word + 1);
        }
    }

    private IReadOnlyList<LocatedBinding> ReadChain(int page)
    {
        var chain = new List<LocatedBinding>();
        for (; page != 0; page = Word(page, 3))
        {
            var pages = new List<int>();
            var value = new List<int>();
            for (int part = page; part != 0; part = Word(part, 2))
            {
                int header = part == page ? 6 : 4;
                value.AddRange(_words.AsSpan((part * _wordsPerPage) + header, _wordsPerPage - header));
                pages.Add(part);
            }

            chain.Add(new LocatedBinding(Word(page, 1), [.. value.Take(Word(page, 5))], pages));
        }

        return chain;
    }
}
