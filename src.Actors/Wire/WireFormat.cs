using System.Runtime.InteropServices;
using System.Runtime.Serialization;

namespace Netshm.Actors.Wire;

/// <summary>The parts of messages as <see cref="TableSerializer"/> writes and reads them.</summary>
internal static class WireFormat
{
    private const long NoTimeout = long.MinValue;

    /// <summary>The byte that stands for each operation of a group; these numbers never change.</summary>
    private enum OperationCode : byte
    {
        Find = 1,
        Add = 2,
        Replace = 3,
        Remove = 4,
        Increment = 5,
        IfAbsent = 6,
        IfPresent = 7,
        IfEquals = 8,
    }

    public static void WriteTimeout(this BinaryWriter writer, TimeSpan? timeout) =>
        writer.Write(timeout?.Ticks ?? NoTimeout);

    public static TimeSpan? ReadTimeout(this BinaryReader reader) =>
        reader.ReadInt64() is var ticks and not NoTimeout ? TimeSpan.FromTicks(ticks) : null;

    public static void WriteBinding(this BinaryWriter writer, int key, Sequence<int> value)
    {
        writer.Write(key);
        writer.WriteWords(value);
    }

    public static void WriteWords(this BinaryWriter writer, Sequence<int> words)
    {
        // The library runs on little-endian machines only, as the original does there.
        writer.Write(words.Count);
        writer.Write(MemoryMarshal.AsBytes(words.Span));
    }

    public static Sequence<int> ReadWords(this BinaryReader reader)
    {
        int[] words = new int[reader.ReadCount(sizeof(int))];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(words.AsSpan()));
        return new(words);
    }

    public static void WriteOptionalWords(this BinaryWriter writer, Sequence<int>? words)
    {
        writer.Write(words.HasValue);
        if (words.HasValue)
            writer.WriteWords(words.Value);
    }

    public static Sequence<int>? ReadOptionalWords(this BinaryReader reader) =>
        reader.ReadBoolean() ? reader.ReadWords() : null;

    public static void WriteOptionalInt64(this BinaryWriter writer, long? number)
    {
        writer.Write(number.HasValue);
        if (number is { } value)
            writer.Write(value);
    }

    public static long? ReadOptionalInt64(this BinaryReader reader) => reader.ReadBoolean() ? reader.ReadInt64() : null;

    public static void WriteOptionalFilter(this BinaryWriter writer, ChangeFilter? filter)
    {
        writer.Write(filter is not null);
        if (filter is null)
            return;
        writer.WriteWords(filter.Keys);
        writer.WriteSequence(filter.Kinds, static (w, kind) => w.Write((byte)kind));
    }

    public static ChangeFilter? ReadOptionalFilter(this BinaryReader reader) => reader.ReadBoolean()
        ? new ChangeFilter(reader.ReadWords(), reader.ReadSequence(static r => (ChangeKind)r.ReadByte()))
        : null;

    public static void WriteSequence<T>(this BinaryWriter writer, Sequence<T> sequence, Action<BinaryWriter, T> write)
    {
        writer.Write(sequence.Count);
        foreach (T element in sequence.Span)
            write(writer, element);
    }

    public static Sequence<T> ReadSequence<T>(this BinaryReader reader, Func<BinaryReader, T> read)
    {
        var elements = new T[reader.ReadCount(minBytesEach: 1)];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = read(reader);
        return new(elements);
    }

    public static void WriteOperation(this BinaryWriter writer, GroupOperation operation)
    {
        switch (operation)
        {
            case GroupOperation.Add(_, var value):
                writer.WriteHead(OperationCode.Add, operation);
                writer.WriteWords(value);
                break;
            case GroupOperation.Replace(_, var value):
                writer.WriteHead(OperationCode.Replace, operation);
                writer.WriteWords(value);
                break;
            case GroupOperation.IfEquals(_, var value):
                writer.WriteHead(OperationCode.IfEquals, operation);
                writer.WriteWords(value);
                break;
            case GroupOperation.Increment(_, var delta, var initial):
                writer.WriteHead(OperationCode.Increment, operation);
                writer.Write(delta);
                writer.Write(initial);
                break;
            case GroupOperation.Find:
                writer.WriteHead(OperationCode.Find, operation);
                break;
            case GroupOperation.Remove:
                writer.WriteHead(OperationCode.Remove, operation);
                break;
            case GroupOperation.IfAbsent:
                writer.WriteHead(OperationCode.IfAbsent, operation);
                break;
            case GroupOperation.IfPresent:
                writer.WriteHead(OperationCode.IfPresent, operation);
                break;
        }
    }

    public static GroupOperation ReadOperation(this BinaryReader reader)
    {
        var code = (OperationCode)reader.ReadByte();
        int key = reader.ReadInt32();
        return code switch
        {
            OperationCode.Find => new GroupOperation.Find(key),
            OperationCode.Add => new GroupOperation.Add(key, reader.ReadWords()),
            OperationCode.Replace => new GroupOperation.Replace(key, reader.ReadWords()),
            OperationCode.Remove => new GroupOperation.Remove(key),
            OperationCode.Increment => new GroupOperation.Increment(key, reader.ReadInt32(), reader.ReadInt32()),
            OperationCode.IfAbsent => new GroupOperation.IfAbsent(key),
            OperationCode.IfPresent => new GroupOperation.IfPresent(key),
            OperationCode.IfEquals => new GroupOperation.IfEquals(key, reader.ReadWords()),
            _ => throw new SerializationException($"{code} is no operation of a group"),
        };
    }

    private static void WriteHead(this BinaryWriter writer, OperationCode code, GroupOperation operation)
    {
        writer.Write((byte)code);
        writer.Write(operation.Key);
    }

    /// <summary>Reads a number of elements, and refuses one for which there are not enough bytes.</summary>
    public static int ReadCount(this BinaryReader reader, int minBytesEach)
    {
        int count = reader.ReadInt32();
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        return count >= 0 && count <= left / minBytesEach
            ? count
            : throw new SerializationException(FormattableString.Invariant(
                $"a sequence of {count} elements was announced; {left} bytes are left"));
    }
}
