using Akka.Actor;

namespace Netshm.Actors.Cluster;

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

    /// <summary>The path of the doors of a table, on one host or, for whom any will do, on all.</summary>
    public static string PathOf(string table, string? host) =>
        $"/system/{ClusterGuardian.Name}/{ChildNameOf(table, host)}";

    /// <summary>
    /// The last part of <see cref="PathOf"/>. The colon keeps the tables, which others name, from the node's other actors.
    /// </summary>
    public static string ChildNameOf(string table, string? host) => $"table:{NameOf(table, host)}";

    /// <summary>A table's name, with the host's if it matters, as a part of a path or of a topic.</summary>
    public static string NameOf(string table, string? host) => host is null
        ? Uri.EscapeDataString(table)
        : $"{Uri.EscapeDataString(table)}@{Uri.EscapeDataString(host)}";

    protected override void OnQuestion(object question)
    {
        if (question is not Locate)
            Unhandled(question);
        else if (!IsClosed && !Table.IsClosed)
            Sender.Tell(new Located(_host, _gate, GateClock.Now)); // Who asks in vain asks again, and is led elsewhere.
    }
}
