using System.Runtime.Serialization;
using System.Text;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>The parts of messages as <see cref="ShardedTableSerializer"/> writes and reads them.</summary>
internal static class ShardedWireFormat
{
    private const int GuidLength = 16;

    /// <summary>More than a message takes beside its keys and values.</summary>
    private const int FrameOfMessage = 64;

    /// <summary>More than a key or a value takes beside its words.</summary>
    private const int FrameOfWords = 16;

    /// <summary>At most how many bytes a request or a reply takes.</summary>
    public static long SizeOf(object message) => FrameOfMessage + message switch
    {
        PartitionProtocol.Find(_, var key) => SizeOf(key),
        PartitionProtocol.FindAll(_, var key) => SizeOf(key),
        PartitionProtocol.Contains(_, var key) => SizeOf(key),
        PartitionProtocol.Remove(_, var key) => SizeOf(key),
        PartitionProtocol.Add(_, var key, var value) => SizeOf(key) + SizeOf(value),
        PartitionProtocol.Replace(_, var key, var value) => SizeOf(key) + SizeOf(value),
        PartitionProtocol.Group(_, var operations) => operations.Sum(one => SizeOf(one.Key) + SizeOf(one.Value)),
        PartitionProtocol.Value(var words) => SizeOf(words ?? []),
        PartitionProtocol.Values(var all) => all.Sum(SizeOf),
        PartitionProtocol.GroupDone(var afterEach) => afterEach.Sum(words => SizeOf(words ?? [])),
        PartitionProtocol.ConditionNotMet(_, var found) => SizeOf(found ?? []),
        PartitionProtocol.NotExecuted(var errorType, var text) => Encoding.UTF8.GetMaxByteCount(errorType.Length + text.Length),
        _ => 0,
    };

    public static void WriteKey(this BinaryWriter writer, EncodedKey key) => writer.WriteBinding(key.Hash, key.Words);

    public static EncodedKey ReadKey(this BinaryReader reader) => new(reader.ReadInt32(), reader.ReadWords());

    public static void WriteGuid(this BinaryWriter writer, Guid guid)
    {
        Span<byte> bytes = stackalloc byte[GuidLength];
        guid.TryWriteBytes(bytes);
        writer.Write(bytes);
    }

    public static Guid ReadGuid(this BinaryReader reader)
    {
        Span<byte> bytes = stackalloc byte[GuidLength];
        reader.BaseStream.ReadExactly(bytes);
        return new Guid(bytes);
    }

    public static Sequence<Guid> ReadGuids(this BinaryReader reader) => reader.ReadSequence(static r => r.ReadGuid());

    public static void WriteGeneration(this BinaryWriter writer, Generation generation)
    {
        writer.Write(generation.Epoch);
        writer.WriteGuid(generation.Id);
    }

    public static Generation ReadGeneration(this BinaryReader reader) => new(reader.ReadInt64(), reader.ReadGuid());

    public static void WriteClaim(this BinaryWriter writer, PartitionClaim? claim)
    {
        writer.Write(claim is not null);
        if (claim is null)
            return;
        writer.WriteGeneration(claim.Generation);
        writer.WriteSequence(claim.Hosts, static (w, host) => w.WriteGuid(host));
    }

    private static long SizeOf(EncodedKey key) => SizeOf(key.Words);

    private static long SizeOf(Sequence<int> words) => FrameOfWords + ((long)words.Count * sizeof(int));

    public static void WriteEncodedOperation(this BinaryWriter writer, EncodedOperation operation)
    {
        writer.Write((byte)operation.Kind);
        writer.WriteKey(operation.Key);
        writer.WriteWords(operation.Value);
    }

    public static EncodedOperation ReadEncodedOperation(this BinaryReader reader)
    {
        var kind = (OperationKind)reader.ReadByte();
        return Enum.IsDefined(kind)
            ? new(kind, reader.ReadKey(), reader.ReadWords())
            : throw new SerializationException($"{kind} is no operation of a group");
    }
}
