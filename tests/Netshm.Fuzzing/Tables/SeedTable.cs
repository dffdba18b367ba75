using System.Runtime.InteropServices;

namespace Netshm.Fuzzing.Tables;

/// <summary>A sound table that damaged ones are made from.</summary>
internal sealed class SeedTable
{
    private const int TotalPagesWord = 1;

    /// <param name="name">What failures call it.</param>
    /// <param name="file">The table's file; what lies beyond its last page is left out.</param>
    /// <param name="pageSize">The size of a page, in bytes.</param>
    /// <param name="keys">Keys that are or were bound.</param>
    public SeedTable(string name, byte[] file, int pageSize, IEnumerable<int> keys)
    {
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

    public override string ToString() => Name;
}
