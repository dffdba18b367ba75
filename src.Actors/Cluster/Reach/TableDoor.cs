using Akka.Actor;
using Netshm.Actors.Cluster.Protocol;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>
/// Tells the way to a process's <see cref="TableGate"/>, at a path that all processes with the table have in common: the
/// mediator leads a question to one of them.
/// </summary>
internal sealed class TableDoor : TableEntrance
{
    private readonly string _host;
    private readonly string _gate;

    public TableDoor(TableRef table, string host, string gate)
        : base(table)
    {
        _host = host;
        _gate = gate;
    }

    protected override void OnQuestion(object question)
    {
        if (question is not Locate)
            Unhandled(question);
        else if (!IsClosed && !Table.IsClosed)
            Sender.Tell(new Located(_host, _gate, GateClock.Now)); // Who asks in vain asks again, and is led elsewhere.
    }
}
