using Akka.Event;

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

/// <summary>What a node tells the overview: a piece of it, since a message is limited.</summary>
/// <param name="Address">The address of its actor system.</param>
/// <param name="NodeId">The number that tells it from an earlier system at that address.</param>
/// <param name="Host">The name of its host.</param>
/// <param name="Tables">The tables it has opened, or some of them.</param>
/// <param name="Number">Which of the node's reports it is; they count up.</param>
/// <param name="Page">Which piece of the report it is, from 0.</param>
/// <param name="Pages">How many pieces the report has.</param>
internal sealed record NodeReport(
    string Address, int NodeId, string Host, Sequence<TableStatus> Tables, long Number = 0, int Page = 0, int Pages = 1)
    : IClusterMessage;

/// <summary>Asks the overview for a piece of what it knows; answered by <see cref="StatusPart"/>.</summary>
/// <param name="Index">Which piece, from 0.</param>
internal sealed record AskStatusPart(int Index) : IClusterMessage;

/// <summary>The reply to <see cref="AskStatusPart"/>.</summary>
/// <param name="Count">How many pieces there are now.</param>
/// <param name="Nodes">What the piece has; nothing when there is no such piece.</param>
internal sealed record StatusPart(int Count, Sequence<NodeStatus> Nodes) : IClusterMessage;

/// <summary>Asks all nodes for their reports, since the overview begins anew.</summary>
internal sealed record ReportNow : IClusterMessage, IDeadLetterSuppression; // Nobody may be there yet.
