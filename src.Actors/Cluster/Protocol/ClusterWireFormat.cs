using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Protocol;

/// <summary>The parts of messages as <see cref="ClusterSerializer"/> writes and reads them.</summary>
internal static class ClusterWireFormat
{
    public static void WriteNodeReport(this BinaryWriter writer, NodeReport report)
    {
        writer.Write(report.Address);
        writer.Write(report.NodeId);
        writer.Write(report.Host);
        writer.WriteSequence(report.Tables, static (w, table) => w.WriteTableStatus(table));
        writer.Write(report.Number);
        writer.Write(report.Page);
        writer.Write(report.Pages);
    }

    public static NodeReport ReadNodeReport(this BinaryReader reader) => new(
        reader.ReadString(), reader.ReadInt32(), reader.ReadString(),
        reader.ReadSequence(static r => r.ReadTableStatus()), reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32());

    public static void WriteNodeStatus(this BinaryWriter writer, NodeStatus node)
    {
        writer.Write(node.Address);
        writer.Write(node.Host);
        writer.Write(node.IsReachable);
        writer.WriteSequence(node.Tables, static (w, table) => w.WriteTableStatus(table));
    }

    public static NodeStatus ReadNodeStatus(this BinaryReader reader) => new(
        reader.ReadString(), reader.ReadString(), reader.ReadBoolean(),
        reader.ReadSequence(static r => r.ReadTableStatus()));

    public static void WriteChange(this BinaryWriter writer, TableChange change)
    {
        writer.Write(change.FirstNumber);
        writer.Write(change.Number);
        writer.Write((byte)change.Kind);
        writer.Write(change.Key);
        writer.Write(change.LengthInWords);
        writer.Write(change.Depth);
    }

    public static TableChange ReadChange(this BinaryReader reader) => new(
        reader.ReadInt64(), reader.ReadInt64(), (ChangeKind)reader.ReadByte(), reader.ReadInt32(), reader.ReadInt32(),
        reader.ReadInt32());

    private static void WriteTableStatus(this BinaryWriter writer, TableStatus table)
    {
        writer.Write(table.Name);
        writer.Write(table.Location);
        writer.Write((byte)table.Health);
        writer.Write(table.Problem);
        writer.Write(table.Bindings);
        writer.Write(table.SizeInBytes);
        writer.Write(table.IsExposed);
        writer.Write(table.IsPublisher);
        writer.Write(table.LastChange);
    }

    private static TableStatus ReadTableStatus(this BinaryReader reader) => new(
        reader.ReadString(), reader.ReadString(), (TableHealth)reader.ReadByte(), reader.ReadString(),
        reader.ReadInt32(), reader.ReadInt64(), reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadInt64());
}
