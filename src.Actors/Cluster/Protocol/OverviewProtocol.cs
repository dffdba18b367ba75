using Akka.Event;

namespace Netshm.Actors.Cluster.Protocol;

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
