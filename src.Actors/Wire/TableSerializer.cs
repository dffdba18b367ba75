using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Netshm.Actors.Protocol;
using Netshm.Actors.Wire;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors;

/// <summary>Writes and reads the messages of <see cref="TableProtocol"/> for other machines.</summary>
/// <remarks>
/// <para>
/// The manifest is the message's name, a dot and the version of its layout, <c>Replace.1</c> say. A message whose
/// layout changes gets a new version; the reader goes on to know the old one.
/// </para>
/// <para>
/// Version 1: all numbers are little-endian. A request begins with its timeout, an int64 of 100 ns ticks, of which
/// <see cref="long.MinValue"/> stands for none. Then the message's parts follow in the order of its constructor: an
/// int is an int32, a bool a byte, a text is UTF-8 after its length in bytes as a 7-bit encoded int, a sequence is its
/// elements after their number as an int32, what may be missing comes after a byte that says whether it is there, and
/// an operation of a group is a byte of <see cref="WireFormat"/> and its parts.
/// </para>
/// <para>
/// A message that does not fit into a frame of the actor system is written as a <c>RequestTooLarge</c> or a
/// <c>ReplyTooLarge</c>, by which its sender, or whoever waits for it, gets a failure that tells size, limit and setting.
/// </para>
/// </remarks>
public sealed class TableSerializer : SerializerWithStringManifest
{
    private const string Kind = "message of a table";

    private static readonly Dictionary<string, Func<BinaryReader, object>> s_readers = new()
    {
        [nameof(Find)] = Request(r => new Find(r.ReadInt32())),
        [nameof(FindAll)] = Request(r => new FindAll(r.ReadInt32())),
        [nameof(Contains)] = Request(r => new Contains(r.ReadInt32())),
        [nameof(Count)] = Request(_ => new Count()),
        [nameof(TakeSnapshot)] = Request(_ => new TakeSnapshot()),
        [nameof(Check)] = Request(_ => new Check()),
        [nameof(Flush)] = Request(_ => new Flush()),
        [nameof(Add)] = Request(r => new Add(r.ReadInt32(), r.ReadWords())),
        [nameof(Replace)] = Request(r => new Replace(r.ReadInt32(), r.ReadWords())),
        [nameof(Remove)] = Request(r => new Remove(r.ReadInt32())),
        [nameof(GroupOperations)] = Request(
            r => new GroupOperations(r.ReadSequence(static r => r.ReadOperation()))),
        [nameof(Found)] = r => new Found(r.ReadInt32(), r.ReadWords()),
        [nameof(NotFound)] = r => new NotFound(r.ReadInt32()),
        [nameof(FoundAll)] = r => new FoundAll(r.ReadInt32(), r.ReadSequence(static r => r.ReadWords())),
        [nameof(Contained)] = r => new Contained(r.ReadInt32(), r.ReadBoolean()),
        [nameof(Counted)] = r => new Counted(r.ReadInt32()),
        [nameof(Snapshot)] = r => new Snapshot(
            r.ReadSequence(static r => new Binding(r.ReadInt32(), r.ReadWords()))),
        [nameof(Checked)] = r => new Checked(r.ReadBoolean(), r.ReadString()),
        [nameof(Flushed)] = _ => new Flushed(),
        [nameof(Added)] = r => new Added(r.ReadInt32()),
        [nameof(Replaced)] = r => new Replaced(r.ReadInt32()),
        [nameof(Removed)] = r => new Removed(r.ReadInt32(), r.ReadBoolean()),
        [nameof(GroupDone)] = r => new GroupDone(r.ReadSequence(static r => r.ReadOptionalWords())),
        [nameof(ConditionNotMet)] = r => new ConditionNotMet(r.ReadInt32(), r.ReadOptionalWords()),
        [nameof(Subscribe)] = r => new Subscribe(r.ReadOptionalFilter(), r.ReadOptionalInt64()),
        [nameof(Subscribed)] = r => new Subscribed(r.ReadString(), r.ReadInt64()),
        [nameof(Unsubscribe)] = _ => new Unsubscribe(),
        [nameof(Unsubscribed)] = r => new Unsubscribed(r.ReadString()),
        [nameof(Changed)] = r => new Changed(
            r.ReadString(), r.ReadInt64(), (ChangeKind)r.ReadByte(), r.ReadInt32(), r.ReadInt32(), r.ReadInt32()),
        [nameof(Gap)] = r => new Gap(r.ReadString(), r.ReadInt64(), r.ReadInt64()),
        [nameof(ChangesEnded)] = r => new ChangesEnded(r.ReadString(), r.ReadString()),
        [nameof(Rejected)] = r => new Rejected(ReadRequest(r), r.ReadInt32()),
        [nameof(RequestTooLarge)] = r => new RequestTooLarge(r.ReadString(), r.ReadString()),
        [nameof(ReplyTooLarge)] = r => new ReplyTooLarge(r.ReadString(), r.ReadString()).ToFailure(),
    };

    private readonly FrameLimit _limit;

    /// <summary>Called by Akka.</summary>
    public TableSerializer(ExtendedActorSystem system)
        : this(system, FrameLimit.Of(system))
    {
    }

    /// <summary>For parts of messages whose own senders look at their sizes.</summary>
    internal TableSerializer(ExtendedActorSystem system, FrameLimit limit)
        : base(system) => _limit = limit;

    /// <inheritdoc/>
    public override string Manifest(object o) => WireMessages.ManifestOf<IWireMessage>(Fitting(o), Kind);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => WireMessages.ToBytes(Fitting(obj), Write);

    /// <inheritdoc/>
    /// <exception cref="SerializationException">
    /// The manifest is unknown, or the bytes are not of its layout.
    /// </exception>
    public override object FromBinary(byte[] bytes, string manifest) =>
        WireMessages.FromBytes(bytes, manifest, WireMessages.ReaderOf(s_readers, manifest, Kind));

    private static Func<BinaryReader, object> Request(Func<BinaryReader, Request> read) => reader =>
    {
        TimeSpan? timeout = reader.ReadTimeout();
        return read(reader) with { Timeout = timeout };
    };

    private static Request ReadRequest(BinaryReader reader)
    {
        // Nothing that has messages in it itself: a hostile message would be nested until the stack is full.
        string manifest = reader.ReadString();
        return !WireMessages.IsOf(manifest, nameof(Rejected))
            && WireMessages.ReaderOf(s_readers, manifest, Kind)(reader) is Request request
                ? request
                : throw new SerializationException($"'{manifest}' is no manifest of a request");
    }

    /// <summary>The message, or what is sent instead of it because it is too large.</summary>
    private object Fitting(object message)
    {
        if (message is not IWireMessage)
            return message;
        long size = WireMessages.SizeOf(message, Write);
        return _limit.RefusalOf($"the {message.GetType().Name}", size) is { } refusal
            ? TooLarge.InsteadOf(message, refusal)
            : message;
    }

    private void Write(object message, BinaryWriter writer)
    {
        if (message is Request request)
            writer.WriteTimeout(request.Timeout);
        switch (message)
        {
            case Count or TakeSnapshot or Check or Flush or Flushed:
                break;
            case Find(var key):
                writer.Write(key);
                break;
            case FindAll(var key):
                writer.Write(key);
                break;
            case Contains(var key):
                writer.Write(key);
                break;
            case Remove(var key):
                writer.Write(key);
                break;
            case Add(var key, var value):
                writer.WriteBinding(key, value);
                break;
            case Replace(var key, var value):
                writer.WriteBinding(key, value);
                break;
            case GroupOperations(var operations):
                writer.WriteSequence(operations, static (w, operation) => w.WriteOperation(operation));
                break;
            default:
                WriteReply(message, writer);
                break;
        }
    }

    private void WriteReply(object reply, BinaryWriter writer)
    {
        switch (reply)
        {
            case Found(var key, var value):
                writer.WriteBinding(key, value);
                break;
            case NotFound(var key):
                writer.Write(key);
                break;
            case FoundAll(var key, var values):
                writer.Write(key);
                writer.WriteSequence(values, static (w, value) => w.WriteWords(value));
                break;
            case Contained(var key, var isBound):
                writer.Write(key);
                writer.Write(isBound);
                break;
            case Counted(var bindings):
                writer.Write(bindings);
                break;
            case Snapshot(var bindings):
                writer.WriteSequence(bindings, static (w, binding) => w.WriteBinding(binding.Key, binding.Value));
                break;
            case Checked(var isConsistent, var report):
                writer.Write(isConsistent);
                writer.Write(report);
                break;
            case Added(var key):
                writer.Write(key);
                break;
            case Replaced(var key):
                writer.Write(key);
                break;
            case Removed(var key, var wasBound):
                writer.Write(key);
                writer.Write(wasBound);
                break;
            case GroupDone(var values):
                writer.WriteSequence(values, static (w, value) => w.WriteOptionalWords(value));
                break;
            case ConditionNotMet(var index, var value):
                writer.Write(index);
                writer.WriteOptionalWords(value);
                break;
            case Rejected(var refused, var maxQueue):
                writer.Write(WireMessages.ManifestOf<IWireMessage>(refused, Kind));
                Write(refused, writer);
                writer.Write(maxQueue);
                break;
            default:
                WriteOfChanges(reply, writer);
                break;
        }
    }

    private static void WriteOfChanges(object message, BinaryWriter writer)
    {
        switch (message)
        {
            case Subscribe(var filter, var from):
                writer.WriteOptionalFilter(filter);
                writer.WriteOptionalInt64(from);
                break;
            case Subscribed(var table, var next):
                writer.Write(table);
                writer.Write(next);
                break;
            case Unsubscribe:
                break;
            case Unsubscribed(var table):
                writer.Write(table);
                break;
            case Changed(var table, var number, var kind, var key, var lengthInWords, var depth):
                writer.Write(table);
                writer.Write(number);
                writer.Write((byte)kind);
                writer.Write(key);
                writer.Write(lengthInWords);
                writer.Write(depth);
                break;
            case Gap(var table, var firstNumber, var number):
                writer.Write(table);
                writer.Write(firstNumber);
                writer.Write(number);
                break;
            case ChangesEnded(var table, var reason):
                writer.Write(table);
                writer.Write(reason);
                break;
            case TooLarge(var errorType, var error):
                writer.Write(errorType);
                writer.Write(error);
                break;
            default:
                throw new ArgumentException($"{message.GetType()} is no {Kind}");
        }
    }
}
