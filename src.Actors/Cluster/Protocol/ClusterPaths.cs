namespace Netshm.Actors.Cluster.Protocol;

/// <summary>Paths and topics at which the nodes of a cluster find what they have of a table.</summary>
internal static class ClusterPaths
{
    /// <summary>The name of the actor above all others of the layer.</summary>
    public const string Guardian = "netshm-cluster";

    /// <summary>The path of the doors of a table, on one host or, for whom any will do, on all.</summary>
    public static string OfDoors(string table, string? host) => $"/system/{Guardian}/{ChildNameOf(table, host)}";

    /// <summary>
    /// The last part of <see cref="OfDoors"/>. The colon keeps the tables, which others name, from the node's other actors.
    /// </summary>
    public static string ChildNameOf(string table, string? host) => $"table:{NameOf(table, host)}";

    /// <summary>The topic on which the publisher of a host tells the changes of a table.</summary>
    public static string TopicOf(string table, string host) => $"netshm/{NameOf(table, host)}";

    /// <summary>A table's name, with the host's if it matters, as a part of a path or of a topic.</summary>
    private static string NameOf(string table, string? host) => host is null
        ? Uri.EscapeDataString(table)
        : $"{Uri.EscapeDataString(table)}@{Uri.EscapeDataString(host)}";
}
