using Netshm.Actors.Cluster.Protocol;

namespace Netshm.Actors.Cluster;

/// <summary>Which nodes of the cluster have which tables open, as they last reported it.</summary>
/// <param name="Nodes">The nodes that run <see cref="ClusterTables"/>, in the order of their addresses.</param>
public sealed record ClusterStatus(Sequence<NodeStatus> Nodes) : IClusterMessage;

/// <summary>The tables of one node.</summary>
/// <param name="Address">The address of its actor system.</param>
/// <param name="Host">The name of its host: nodes of one host share tables.</param>
/// <param name="IsReachable">
/// Whether the failure detector finds it alive; if it does not, the tables are those of its last report.
/// </param>
/// <param name="Tables">The tables it has opened, in the order of their names.</param>
public sealed record NodeStatus(string Address, string Host, bool IsReachable, Sequence<TableStatus> Tables);

/// <summary>What a node knows of a table that it has opened.</summary>
/// <param name="Name">The name in its configuration.</param>
/// <param name="Location">Where it lies, on its host.</param>
/// <param name="Health">Whether it can be used there.</param>
/// <param name="Problem">Why it can't, or nothing.</param>
/// <param name="Bindings">The number of bindings, hidden ones included; -1 when it could not be had.</param>
/// <param name="SizeInBytes">The length of its memory; -1 when it could not be had.</param>
/// <param name="IsExposed">Whether other nodes can reach it there.</param>
/// <param name="IsPublisher">Whether this process publishes its changes.</param>
/// <param name="LastChange">The number of the last change in its feed; 0 when there is none.</param>
public sealed record TableStatus(
    string Name,
    string Location,
    TableHealth Health,
    string Problem,
    int Bindings,
    long SizeInBytes,
    bool IsExposed,
    bool IsPublisher,
    long LastChange);

/// <summary>Whether a table can be used in a process. The numbers travel, so they never change.</summary>
public enum TableHealth
{
    /// <summary>It answers.</summary>
    Open = 0,

    /// <summary>It did not answer in time, since its lock is held or too much waits for it.</summary>
    Busy = 1,

    /// <summary>It is damaged, and its actor executes nothing more.</summary>
    Quarantined = 2,

    /// <summary>Its actor has stopped.</summary>
    Closed = 3,
}
