using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster;

/// <summary>Writes and reads the messages of the cluster layer.</summary>
public sealed class ClusterSerializer : SerializerWithStringManifest
{
    private static readonly string s_status = ClusterMessages.ManifestOf(new ClusterTables.Status());

    private readonly ClusterMessages _messages;

    /// <summary>Called by Akka.</summary>
    public ClusterSerializer(ExtendedActorSystem system)
        : base(system) => _messages = new ClusterMessages(system);

    /// <inheritdoc/>
    public override string Manifest(object o) => ClusterMessages.ManifestOf(o);

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => obj is ClusterTables.Status ? [] : _messages.ToBytes(obj);

    /// <inheritdoc/>
    /// <exception cref="SerializationException">
    /// The manifest is unknown, or the bytes are not of its layout.
    /// </exception>
    public override object FromBinary(byte[] bytes, string manifest) => manifest == s_status
        ? WireMessages.FromBytes(bytes, manifest, static _ => new ClusterTables.Status())
        : _messages.FromBytes(bytes, manifest);
}
