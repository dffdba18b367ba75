using System.IO.MemoryMappedFiles;

namespace Netshm.Worker;

/// <summary>A mapped file in which writers acknowledge the numbers they have written to a table.</summary>
public sealed class SequenceBoard : IDisposable
{
    private const int MaxWriters = 64, KeysPerWriter = 1000, LongestInWords = 200;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private SequenceBoard(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
    }

    /// <summary>Makes a board on which all numbers are 0.</summary>
    public static SequenceBoard Create(string path) =>
        new(MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, MaxWriters * sizeof(int)));

    /// <summary>Opens a board.</summary>
    public static SequenceBoard Open(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.Open));

    /// <summary>A key of a writer.</summary>
    public static int Key(int writer, int index) => (writer * KeysPerWriter) + index;

    /// <summary>What a writer's key of an index is bound to at a number: the number, as often as both say.</summary>
    public static int[] Value(int index, int number)
    {
        int[] value = new int[1 + (int)(((long)number * (7 + index)) % LongestInWords)];
        Array.Fill(value, number);
        return value;
    }

    /// <summary>Says that a number is written.</summary>
    public void Acknowledge(int writer, int number)
    {
        Thread.MemoryBarrier(); // After all stores to the table, before all later ones.
        _view.Write(writer * sizeof(int), number);
        Thread.MemoryBarrier();
    }

    /// <summary>The last number that a writer has acknowledged.</summary>
    public int Acknowledged(int writer) => _view.ReadInt32(writer * sizeof(int));

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
