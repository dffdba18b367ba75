using Akka.Actor;

namespace Netshm.Actors.Protocol;

/// <summary>An operation of a typed table, which only its own process can send: it is a delegate.</summary>
/// <param name="Operation">What to do with the table; returns the reply.</param>
/// <param name="Modifies">Whether it may modify the table.</param>
internal sealed record LocalOperation(Func<ShmTable, object> Operation, bool Modifies)
    : TableProtocol.Request, INoSerializationVerificationNeeded
{
    internal override bool IsWrite => Modifies;

    internal override object Execute(in Execution execution) => Operation(execution.Table);
}
