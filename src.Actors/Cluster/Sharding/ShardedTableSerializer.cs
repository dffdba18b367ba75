using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Sharding;
using Netshm.Actors.Wire;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster;

/// <summary>Writes and reads the messages of sharded tables for other processes.</summary>
/// <remarks>
/// <para>
/// The manifest is the message's name, a dot and the version of its layout, <c>Replace.1</c> say. A message whose layout
/// changes gets a new version; the reader goes on to know the old one, so that nodes of both releases can be in one cluster.
/// </para>
/// <para>
/// Version 1: the message's parts in the order of its constructor, a request's deadline before them (<see cref="WireClock"/>).
/// Numbers are little-endian; a bool is a byte; a text is UTF-8 after its length as a 7-bit encoded int; words and sequences
/// come after their number as an int32; what may be missing comes after a byte that says whether it is there; a key is its
/// hash and its words; a generation is its epoch (int64) and id (16 bytes); an operation is its kind (a byte), key and value.
/// </para>
/// </remarks>
public sealed class ShardedTableSerializer : SerializerWithStringManifest
{
    private const string Kind = "message of a sharded table";

    private static readonly Dictionary<string, Func<BinaryReader, object>> s_readers = new()
    {
        [nameof(Find)] = Request(r => new Find(r.ReadInt32(), r.ReadKey())),
        [nameof(FindAll)] = Request(r => new FindAll(r.ReadInt32(), r.ReadKey())),
        [nameof(Contains)] = Request(r => new Contains(r.ReadInt32(), r.ReadKey())),
        [nameof(Count)] = Request(r => new Count(r.ReadInt32())),
        [nameof(Add)] = Request(r => new Add(r.ReadInt32(), r.ReadKey(), r.ReadWords())),
        [nameof(Replace)] = Request(r => new Replace(r.ReadInt32(), r.ReadKey(), r.ReadWords())),
        [nameof(Remove)] = Request(r => new Remove(r.ReadInt32(), r.ReadKey())),
        [nameof(Group)] = Request(r => new Group(r.ReadInt32(), r.ReadSequence(static r => r.ReadEncodedOperation()))),
        [nameof(Value)] = r => new Value(r.ReadOptionalWords()),
        [nameof(Values)] = r => new Values(r.ReadSequence(static r => r.ReadWords())),
        [nameof(YesOrNo)] = r => new YesOrNo(r.ReadBoolean()),
        [nameof(Counted)] = r => new Counted(r.ReadInt32()),
        [nameof(GroupDone)] = r => new GroupDone(r.ReadSequence(static r => r.ReadOptionalWords())),
        [nameof(ConditionNotMet)] = r => new ConditionNotMet(r.ReadInt32(), r.ReadOptionalWords()),
        [nameof(NotExecuted)] = r => new NotExecuted(r.ReadString(), r.ReadString()),
        [nameof(PartitionReplyTooLarge)] = r => new PartitionReplyTooLarge(r.ReadInt64(), r.ReadInt64()),
        [nameof(Undelivered)] = _ => Undelivered.Instance,
        [nameof(Hello)] = r => new Hello(r.ReadGuid(), r.ReadInt32(), r.ReadBoolean()),
        [nameof(Serving)] = r => new Serving(r.ReadInt32(), r.ReadGuid(), r.ReadGeneration()),
        [nameof(Wake)] = r => new Wake(r.ReadInt32()),
        [nameof(LocateCopy)] = r => new LocateCopy(r.ReadInt32(), r.ReadBoolean() ? r.ReadGeneration() : null),
        [nameof(CopyLocation)] = r => new CopyLocation(
            r.ReadGuid(), r.ReadBoolean(), r.ReadBoolean() ? new(r.ReadGeneration(), r.ReadGuids()) : null),
        [nameof(NextChunk)] = r => new NextChunk(r.ReadInt32(), r.ReadGeneration(), r.ReadGuid(), r.ReadInt32()),
        [nameof(Chunk)] = r => new Chunk(r.ReadInt32(), r.ReadWords(), r.ReadBoolean() ? r.ReadInt32() : null),
        [nameof(TransferFailed)] = r => new TransferFailed(r.ReadString()),
    };

    /// <summary>Called by Akka.</summary>
    public ShardedTableSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <inheritdoc/>
    public override string Manifest(object o) => WireMessages.ManifestOf<IWireMessage>(o, Kind);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => WireMessages.ToBytes(obj, Write);

    /// <inheritdoc/>
    /// <exception cref="SerializationException">
    /// The manifest is unknown, or the bytes are not of its layout.
    /// </exception>
    public override object FromBinary(byte[] bytes, string manifest) =>
        WireMessages.FromBytes(bytes, manifest, WireMessages.ReaderOf(s_readers, manifest, Kind));

    private static Func<BinaryReader, object> Request(Func<BinaryReader, Request> read) => reader =>
    {
        CallDeadline deadline = reader.ReadDeadline();
        return read(reader) with { Deadline = deadline };
    };

    private static void Write(object message, BinaryWriter writer)
    {
        if (message is Request request)
            WriteRequest(request, writer);
        else
            WriteOther(message, writer);
    }

    private static void WriteRequest(Request request, BinaryWriter writer)
    {
        writer.WriteDeadline(request.Deadline);
        writer.Write(request.Partition);
        switch (request)
        {
            case Find(_, var key):
                writer.WriteKey(key);
                break;
            case FindAll(_, var key):
                writer.WriteKey(key);
                break;
            case Contains(_, var key):
                writer.WriteKey(key);
                break;
            case Remove(_, var key):
                writer.WriteKey(key);
                break;
            case Add(_, var key, var value):
                writer.WriteKey(key);
                writer.WriteWords(value);
                break;
            case Replace(_, var key, var value):
                writer.WriteKey(key);
                writer.WriteWords(value);
                break;
            case Group(_, var operations):
                writer.WriteSequence(operations, static (w, operation) => w.WriteEncodedOperation(operation));
                break;
        }
    }

    private static void WriteOther(object message, BinaryWriter writer)
    {
        switch (message)
        {
            case Undelivered:
                break;
            case Value(var words):
                writer.WriteOptionalWords(words);
                break;
            case Values(var all):
                writer.WriteSequence(all, static (w, words) => w.WriteWords(words));
                break;
            case YesOrNo(var isYes):
                writer.Write(isYes);
                break;
            case Counted(var bindings):
                writer.Write(bindings);
                break;
            case GroupDone(var afterEach):
                writer.WriteSequence(afterEach, static (w, words) => w.WriteOptionalWords(words));
                break;
            case ConditionNotMet(var index, var found):
                writer.Write(index);
                writer.WriteOptionalWords(found);
                break;
            case NotExecuted(var errorType, var text):
                writer.Write(errorType);
                writer.Write(text);
                break;
            case PartitionReplyTooLarge(var size, var limit):
                writer.Write(size);
                writer.Write(limit);
                break;
            default:
                WriteAmongKeepers(message, writer);
                break;
        }
    }

    private static void WriteAmongKeepers(object message, BinaryWriter writer)
    {
        switch (message)
        {
            case Hello(var host, var partitions, var wantsReply):
                writer.WriteGuid(host);
                writer.Write(partitions);
                writer.Write(wantsReply);
                break;
            case Serving(var partition, var host, var generation):
                writer.Write(partition);
                writer.WriteGuid(host);
                writer.WriteGeneration(generation);
                break;
            case Wake(var partition):
                writer.Write(partition);
                break;
            case LocateCopy(var partition, var wanted):
                writer.Write(partition);
                writer.Write(wanted.HasValue);
                if (wanted.HasValue)
                    writer.WriteGeneration(wanted.Value);
                break;
            case CopyLocation(var host, var hasWanted, var claim):
                writer.WriteGuid(host);
                writer.Write(hasWanted);
                writer.WriteClaim(claim);
                break;
            case NextChunk(var partition, var generation, var transfer, var index):
                writer.Write(partition);
                writer.WriteGeneration(generation);
                writer.WriteGuid(transfer);
                writer.Write(index);
                break;
            case Chunk(var index, var words, var totalBindings):
                writer.Write(index);
                writer.WriteWords(words);
                writer.Write(totalBindings.HasValue);
                if (totalBindings.HasValue)
                    writer.Write(totalBindings.Value);
                break;
            case TransferFailed(var reason):
                writer.Write(reason);
                break;
            default:
                throw new ArgumentException($"{message.GetType()} is no {Kind}");
        }
    }
}
