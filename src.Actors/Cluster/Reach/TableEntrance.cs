using Akka.Actor;
using Netshm.Actors.Cluster.Common;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>
/// What a <see cref="TableDoor"/> and a <see cref="TableGate"/> have in common: the table of this process that they lead to, and
/// whether they are closed.
/// </summary>
internal abstract class TableEntrance : SteadyActor
{
    protected TableEntrance(TableRef table) => Table = table;

    /// <summary>Says that a table that was closed has been opened again.</summary>
    internal sealed record Serve(TableRef Table) : INoSerializationVerificationNeeded;

    /// <summary>Says that the process is about to end: callers are to go elsewhere while they can be told so.</summary>
    internal sealed record Close : INoSerializationVerificationNeeded;

    /// <summary>The table.</summary>
    protected TableRef Table { get; private set; }

    /// <summary>Whether the process is about to end.</summary>
    protected bool IsClosed { get; private set; }

    protected sealed override void OnReceive(object message)
    {
        switch (message)
        {
            case Serve(var table):
                Table = table;
                break;
            case Close:
                IsClosed = true;
                break;
            default:
                OnQuestion(message);
                break;
        }
    }

    /// <summary>Answers what comes from elsewhere.</summary>
    protected abstract void OnQuestion(object question);
}
