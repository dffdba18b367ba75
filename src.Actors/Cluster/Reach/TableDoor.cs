using Akka.Actor;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Tells the way to a process's <see cref="TableGate"/>, at a path that all processes with the table have in common: the
/// mediator leads a question to one of them.
/// </summary>
internal sealed class TableDoor : UntypedActor
{
    private readonly Located _answer;
    private readonly ClusterSerializer _serializer = new((ExtendedActorSystem)Context.System);
    private TableRef _table;
    private bool _isClosed;

    public TableDoor(TableRef table, Located answer)
    {
        _table = table;
        _answer = answer;
    }

    /// <summary>The path of the doors of a table, on one host or, for whom any will do, on all.</summary>
    public static string PathOf(string table, string? host) =>
        $"/system/{ClusterGuardian.Name}/{NameOf(table, host)}";

    /// <summary>The last part of <see cref="PathOf"/>.</summary>
    public static string NameOf(string table, string? host) => host is null
        ? Uri.EscapeDataString(table)
        : $"{Uri.EscapeDataString(table)}@{Uri.EscapeDataString(host)}";

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Locate:
                // Who asks in vain asks again, and is led elsewhere.
                if (!_isClosed && !_table.IsClosed)
                    Sender.Tell(_answer);
                break;
            case TableGate.Serve(var table):
                _table = table;
                break;
            case TableGate.Close:
                _isClosed = true;
                break;
            case Letter letter:
                OnReceive(_serializer.Open(letter));
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
