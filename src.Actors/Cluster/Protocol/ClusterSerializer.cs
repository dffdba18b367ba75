using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace Netshm.Actors.Cluster;

/// <summary>Writes and reads the messages of the cluster layer.</summary>
/// <remarks>
/// As <see cref="TableSerializer"/> does it: the manifest is the message's name, a dot and the version of its layout;
/// the parts follow in the order of the message's constructor, and a reader goes on to know old versions. A message in a
/// message is its manifest, its length in bytes as an int32 and its bytes.
/// </remarks>
public sealed class ClusterSerializer : SerializerWithStringManifest
{
    private const string Kind = "message of the cluster layer";

    private static readonly Dictionary<string, Func<ClusterSerializer, BinaryReader, object>> s_readers = new()
    {
        [nameof(Locate)] = (_, _) => new Locate(),
        [nameof(Located)] = (_, r) => new Located(r.ReadString(), r.ReadString()),
        [nameof(Probe)] = (_, _) => new Probe(),
        [nameof(Alive)] = (_, r) => new Alive(r.ReadString()),
        [nameof(Ask)] = (s, r) => new Ask(r.ReadInt64(), s.ReadInner(r)),
        [nameof(Answer)] = (s, r) => new Answer(r.ReadInt64(), s.ReadInner(r), r.ReadInt64()),
        [nameof(Failed)] = (_, r) => new Failed(r.ReadInt64(), r.ReadString(), r.ReadString()),
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
        [nameof(ClusterTables.Status)] = (_, _) => new ClusterTables.Status(),
        [nameof(ClusterStatus)] = (_, r) => new ClusterStatus(r.ReadSequence(static r => r.ReadNodeStatus())),
    };

    private readonly TableSerializer _tables;

    /// <summary>Called by Akka.</summary>
    public ClusterSerializer(ExtendedActorSystem system)
        : base(system) => _tables = new TableSerializer(system, FrameLimit.None);

    /// <inheritdoc/>
    public override string Manifest(object o) => WireMessages.ManifestOf<IClusterMessage>(o, Kind);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => WireMessages.ToBytes(obj, Write);

    /// <inheritdoc/>
    /// <exception cref="SerializationException">
    /// The manifest is unknown, or the bytes are not of its layout.
    /// </exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        Func<ClusterSerializer, BinaryReader, object> read = WireMessages.ReaderOf(s_readers, manifest, Kind);
        return WireMessages.FromBytes(bytes, manifest, reader => read(this, reader));
    }

    /// <summary>Writes a message for a way on which it would be written by another serializer.</summary>
    internal Letter Seal(object message) => new(Manifest(message), ToBinary(message));

    /// <summary>Reads it again.</summary>
    internal object Open(Letter letter) => FromBinary(letter.Bytes, letter.Manifest);

    private void Write(object message, BinaryWriter writer)
    {
        switch (message)
        {
            case Locate or Probe or ReportNow or ClusterTables.Status:
                break;
            case Located(var host, var gate):
                writer.Write(host);
                writer.Write(gate);
                break;
            case Alive(var gate):
                writer.Write(gate);
                break;
            case Ask(var id, var question):
                writer.Write(id);
                WriteInner(question, writer);
                break;
            case Answer(var id, var reply, var asOf):
                writer.Write(id);
                WriteInner(reply, writer);
                writer.Write(asOf);
                break;
            case Failed(var id, var errorType, var text):
                writer.Write(id);
                writer.Write(errorType);
                writer.Write(text);
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
            case ClusterStatus(var nodes):
                writer.WriteSequence(nodes, static (w, node) => w.WriteNodeStatus(node));
                break;
            default:
                throw new ArgumentException($"{message.GetType()} is no {Kind}");
        }
    }

    private void WriteInner(object message, BinaryWriter writer)
    {
        SerializerWithStringManifest serializer = message is Replay or Replayed ? this : _tables;
        writer.Write(serializer.Manifest(message));
        byte[] bytes = serializer.ToBinary(message);
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
        return isOwn ? FromBinary(bytes, manifest) : _tables.FromBinary(bytes, manifest);
    }
}
