using System.Runtime.Serialization;

namespace Netshm.Actors.Cluster;

/// <summary>The parts of messages as <see cref="ShardedTableSerializer"/> writes and reads them.</summary>
internal static class ShardedWireFormat
{
    private const int GuidLength = 16;

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
