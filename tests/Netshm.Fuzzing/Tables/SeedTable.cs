using System.Runtime.InteropServices;

namespace Netshm.Fuzzing.Tables;

/// <summary>A sound table that damaged ones are made from.</summary>
internal sealed class SeedTable
{
    private const int TotalPagesWord = 1;
    private const int IdWord = 6, GenerationWord = 10;

    private readonly byte[] _file;

    /// <param name="name">What failures call it.</param>
    /// <param name="file">The table's file; what lies beyond its last page is left out.</param>
    /// <param name="pageSize">The size of a page, in bytes.</param>
    /// <param name="keys">Keys that are or were bound.</param>
    public SeedTable(string name, byte[] file, int pageSize, IEnumerable<int> keys)
    {
        _file = file;
        Name = name;
        PageSize = pageSize;
        Keys = [.. keys];
        int[] words = [.. MemoryMarshal.Cast<byte, int>(file)];
        int wordsPerPage = pageSize / sizeof(int);
        Words = words[..(words[wordsPerPage + TotalPagesWord] * wordsPerPage)];
        Anatomy = new TableAnatomy(Words, wordsPerPage);
    }

    public string Name { get; }

    public int PageSize { get; }

    public IReadOnlyList<int> Keys { get; }

    /// <summary>All words of the table.</summary>
    public int[] Words { get; }

    /// <summary>What each of the words is.</summary>
    public TableAnatomy Anatomy { get; }

    /// <summary>The same table with the mark of a locking method, <c>Record</c> or <c>Futex</c>.</summary>
    /// <param name="locking">The method.</param>
    /// <param name="generation">0 for a futex table that no process has come to; else its sidecar is lost.</param>
    public SeedTable With(LockingMethod locking, int generation = 0)
    {
        byte[] file = [.. _file];
        Span<int> words = MemoryMarshal.Cast<byte, int>(file.AsSpan());
        (words[PageSize / sizeof(int)], words[LockingMarks.Word]) = LockingMarks.Of(locking);
        words[IdWord] = locking == LockingMethod.Futex ? 4711 : 0;
        words[GenerationWord] = generation;
        return new SeedTable($"{Name}, {locking} {generation}", file, PageSize, Keys);
    }

    public override string ToString() => Name;
}
