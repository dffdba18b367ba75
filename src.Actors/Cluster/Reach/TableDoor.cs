using Akka.Actor;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Tells the way to a process's <see cref="TableGate"/>, at a path that all processes with the table have in common: the
/// mediator leads a question to one of them.
/// </summary>
internal sealed class TableDoor : TableEntrance
{
    private readonly Located _answer;

    public TableDoor(TableRef table, Located answer)
        : base(table) => _answer = answer;

    /// <summary>The path of the doors of a table, on one host or, for whom any will do, on all.</summary>
    public static string PathOf(string table, string? host) =>
        $"/system/{ClusterGuardian.Name}/{NameOf(table, host)}";

    /// <summary>The last part of <see cref="PathOf"/>.</summary>
    public static string NameOf(string table, string? host) => host is null
        ? Uri.EscapeDataString(table)
        : $"{Uri.EscapeDataString(table)}@{Uri.EscapeDataString(host)}";

    protected override void OnQuestion(object question)
    {
        if (question is not Locate)
            Unhandled(question);
        else if (!IsClosed && !Table.IsClosed)
            Sender.Tell(_answer); // Who asks in vain asks again, and is led elsewhere.
    }
}
