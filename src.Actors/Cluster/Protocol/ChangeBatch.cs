using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Protocol;

/// <summary>How many changes a message may have.</summary>
internal static class ChangeBatch
{
    /// <summary>A gap and the change behind it are read together.</summary>
    public const int MinCount = 2;

    /// <summary>As many as the settings allow.</summary>
    private const int MaxCountAnywhere = 1 << 16;

    /// <summary>The length of a change as <see cref="ClusterWireFormat.WriteChange"/> writes it.</summary>
    private const int ChangeInBytes = 29;

    /// <summary>More than the names of table and host, and what else is beside the changes, take.</summary>
    private const int BesideChangesInBytes = 2048;

    /// <summary>As many as fit into a message between nodes.</summary>
    public static int MaxCount(FrameLimit limit) => (int)Math.Clamp(
        (limit.Bytes - BesideChangesInBytes) / ChangeInBytes, MinCount, MaxCountAnywhere);
}
