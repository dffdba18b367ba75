using System.Runtime.Serialization;
using Akka.Actor;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Protocol;

/// <summary>
/// The messages of the cluster layer as bytes, for <c>ClusterSerializer</c> and for those that have to know how many there are.
/// </summary>
/// <remarks>
/// As <see cref="TableSerializer"/> does it: the manifest is the message's name, a dot and the version of its layout;
/// the parts follow in the order of the message's constructor, and a reader goes on to know old versions. A message in a
/// message is its manifest, its length in bytes as an int32 and its bytes.
/// </remarks>
internal sealed class ClusterMessages
{
    private const string Kind = "message of the cluster layer";

    private static readonly Dictionary<string, Func<ClusterMessages, BinaryReader, object>> s_readers = new()
    {
        [nameof(Locate)] = (_, _) => new Locate(),
        [nameof(Located)] = (_, r) => new Located(r.ReadString(), r.ReadString(), r.ReadInt64()),
        [nameof(Probe)] = (_, _) => new Probe(),
        [nameof(Alive)] = (_, r) => new Alive(r.ReadString(), r.ReadInt64()),
        [nameof(Ask)] = (s, r) => new Ask(r.ReadInt64(), s.ReadInner(r), new CallDeadline(r.ReadInt64())),
        [nameof(Answer)] = (s, r) => new Answer(r.ReadInt64(), s.ReadInner(r), r.ReadInt64(), r.ReadInt64()),
        [nameof(Failed)] = (_, r) => new Failed(r.ReadInt64(), r.ReadString(), r.ReadString(), r.ReadInt64()),
        [nameof(AnswerTooLarge)] = (_, r) => new AnswerTooLarge(r.ReadInt64(), r.ReadInt64(), r.ReadInt64(), r.ReadInt64()),
        [nameof(TableChanges)] = (_, r) => new TableChanges(
            r.ReadString(), r.ReadString(), r.ReadInt64(), r.ReadSequence(static r => r.ReadChange())),
        [nameof(FeedFound)] = (_, r) => new FeedFound(r.ReadString(), r.ReadString(), r.ReadInt64(), r.ReadInt64()),
        [nameof(FeedSilent)] = (_, r) => new FeedSilent(r.ReadString()),
        [nameof(Published)] = (_, r) => new Published(
            r.ReadInt64(), r.ReadInt64(), r.ReadSequence(static r => r.ReadChange())),
        [nameof(Replay)] = (_, r) => new Replay(r.ReadOptionalInt64(), r.ReadInt32()),
        [nameof(Replayed)] = (_, r) => new Replayed(
            r.ReadString(), r.ReadInt64(), r.ReadInt64(), r.ReadSequence(static r => r.ReadChange())),
        [nameof(NodeReport)] = (_, r) => r.ReadNodeReport(),
        [nameof(ReportNow)] = (_, _) => new ReportNow(),
        [nameof(AskStatusPart)] = (_, r) => new AskStatusPart(r.ReadInt32()),
        [nameof(StatusPart)] = (_, r) => new StatusPart(r.ReadInt32(), r.ReadSequence(static r => r.ReadNodeStatus())),
        [nameof(ClusterStatus)] = (_, r) => new ClusterStatus(r.ReadSequence(static r => r.ReadNodeStatus())),
    };

    private readonly TableSerializer _tables;

    public ClusterMessages(ExtendedActorSystem system) => _tables = new TableSerializer(system, FrameLimit.None);

    public static string ManifestOf(object message) => WireMessages.ManifestOf<IClusterMessage>(message, Kind);

    public byte[] ToBytes(object message) => WireMessages.ToBytes(message, Write);

    public long SizeOf(object message) => ToBytes(message).LongLength;

    /// <summary>How many bytes a question, or its answer, takes in a message to a gate, or from there.</summary>
    public long SizeOfAsk(object question) => SizeOf(new Ask(0, question, CallDeadline.Never));

    /// <exception cref="SerializationException">
    /// The manifest is unknown, or the bytes are not of its layout.
    /// </exception>
    public object FromBytes(byte[] bytes, string manifest)
    {
        Func<ClusterMessages, BinaryReader, object> read = WireMessages.ReaderOf(s_readers, manifest, Kind);
        return WireMessages.FromBytes(bytes, manifest, reader => read(this, reader));
    }

    private void Write(object message, BinaryWriter writer)
    {
        switch (message)
        {
            case Locate or Probe or ReportNow:
                break;
            case Located(var host, var gate, var now):
                writer.Write(host);
                writer.Write(gate);
                writer.Write(now);
                break;
            case Alive(var gate, var now):
                writer.Write(gate);
                writer.Write(now);
                break;
            case Ask(var id, var question, var deadline):
                writer.Write(id);
                WriteInner(question, writer);
                writer.Write(deadline.Timestamp);
                break;
            case Answer(var id, var reply, var asOf, var now):
                writer.Write(id);
                WriteInner(reply, writer);
                writer.Write(asOf);
                writer.Write(now);
                break;
            case Failed(var id, var errorType, var text, var now):
                writer.Write(id);
                writer.Write(errorType);
                writer.Write(text);
                writer.Write(now);
                break;
            case AnswerTooLarge(var id, var size, var limit, var now):
                writer.Write(id);
                writer.Write(size);
                writer.Write(limit);
                writer.Write(now);
                break;
            default:
                WriteFeedOrOverview(message, writer);
                break;
        }
    }

    private static void WriteFeedOrOverview(object message, BinaryWriter writer)
    {
        switch (message)
        {
            case TableChanges(var table, var host, var feedId, var changes):
                writer.Write(table);
                writer.Write(host);
                writer.Write(feedId);
                writer.WriteSequence(changes, static (w, change) => w.WriteChange(change));
                break;
            case FeedFound(var table, var host, var feedId, var next):
                writer.Write(table);
                writer.Write(host);
                writer.Write(feedId);
                writer.Write(next);
                break;
            case FeedSilent(var table):
                writer.Write(table);
                break;
            case Published(var feedId, var last, var changes):
                writer.Write(feedId);
                writer.Write(last);
                writer.WriteSequence(changes, static (w, change) => w.WriteChange(change));
                break;
            case Replay(var from, var maxCount):
                writer.WriteOptionalInt64(from);
                writer.Write(maxCount);
                break;
            case Replayed(var host, var feedId, var last, var changes):
                writer.Write(host);
                writer.Write(feedId);
                writer.Write(last);
                writer.WriteSequence(changes, static (w, change) => w.WriteChange(change));
                break;
            case NodeReport report:
                writer.WriteNodeReport(report);
                break;
            case AskStatusPart(var index):
                writer.Write(index);
                break;
            case StatusPart(var count, var nodes):
                writer.Write(count);
                writer.WriteSequence(nodes, static (w, node) => w.WriteNodeStatus(node));
                break;
            case ClusterStatus(var nodes):
                writer.WriteSequence(nodes, static (w, node) => w.WriteNodeStatus(node));
                break;
            default:
                throw new ArgumentException($"{message.GetType()} is no {Kind}");
        }
    }

    private void WriteInner(object message, BinaryWriter writer)
    {
        bool isOwn = message is Replay or Replayed;
        writer.Write(isOwn ? ManifestOf(message) : _tables.Manifest(message));
        byte[] bytes = isOwn ? ToBytes(message) : _tables.ToBinary(message);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private object ReadInner(BinaryReader reader)
    {
        string manifest = reader.ReadString();
        byte[] bytes = new byte[reader.ReadCount(sizeof(byte))];
        reader.BaseStream.ReadExactly(bytes);

        // Nothing else of this layer: a hostile message would be nested until the stack is full.
        bool isOwn = WireMessages.IsOf(manifest, nameof(Replay)) || WireMessages.IsOf(manifest, nameof(Replayed));
        return isOwn ? FromBytes(bytes, manifest) : _tables.FromBinary(bytes, manifest);
    }
}
