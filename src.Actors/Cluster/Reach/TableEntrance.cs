using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Event;

namespace Netshm.Actors.Cluster;

/// <summary>
/// What a <see cref="TableDoor"/> and a <see cref="TableGate"/> have in common: the table of this process that they lead to,
/// whether they are closed, and letters.
/// </summary>
internal abstract class TableEntrance : SteadyActor
{
    private readonly ClusterSerializer _serializer = new((ExtendedActorSystem)Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();

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
            case Letter letter:
                Open(letter);
                break;
            default:
                OnQuestion(message);
                break;
        }
    }

    /// <summary>Answers what comes from elsewhere.</summary>
    protected abstract void OnQuestion(object question);

    /// <summary>Whatever a letter has inside, the actor must not forget by a restart what it was told.</summary>
    private void Open(Letter letter)
    {
        try
        {
            OnQuestion(_serializer.Open(letter));
        }
        catch (SerializationException e)
        {
            _log.Warning(e, "A letter for '{0}' can't be read", Table.Name);
        }
    }
}
