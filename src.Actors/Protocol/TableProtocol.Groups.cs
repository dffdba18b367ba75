using Akka.Actor;
using Netshm.Actors.Groups;
using Netshm.Actors.Protocol;

namespace Netshm.Actors;

/// <content>Groups of operations, and their replies.</content>
public static partial class TableProtocol
{
    /// <summary>
    /// Several operations and conditions as one: nobody sees the table in between. Answered by
    /// <see cref="GroupDone"/> or <see cref="ConditionNotMet"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The conditions hold where they stand: they see what the operations before them did. They are all judged
    /// before anything is done, so a group with a condition that is not met changes nothing.
    /// </para>
    /// <para>
    /// The modifications are then done in their order. With <see cref="LockingMethod.Futex"/> they are one transaction: when
    /// one of them fails, or the process dies in between, nothing is done. With the other methods, when one of them fails
    /// (no space is left, or an OCaml process holds a binding's lock), those before it stay done and the failure is an
    /// <see cref="IncompleteGroupException"/>; if the process dies in between, a part of them is done. The table itself
    /// is intact in any case.
    /// </para>
    /// </remarks>
    /// <param name="Operations">The operations and conditions, in their order.</param>
    public sealed record GroupOperations(Sequence<GroupOperation> Operations) : Request, IWireMessage
    {
        internal override bool IsWrite => true;

        internal override object Execute(in Execution execution)
        {
            ShmTable table = execution.Table;
            var simulation = new GroupSimulation(table);
            return table.Locking == LockingMethod.Futex
                ? table.Transact(() => simulation.Run(Operations.Span))
                : simulation.Run(Operations.Span);
        }
    }

    /// <summary>The reply to <see cref="GroupOperations"/> when everything was done.</summary>
    /// <param name="Values">
    /// For each operation or condition the value of its key's newest binding after it; null when the key was unbound.
    /// </param>
    public sealed record GroupDone(Sequence<Sequence<int>?> Values) : IWireMessage;

    /// <summary>
    /// The reply to <see cref="GroupOperations"/> when nothing was done, because a condition is not met.
    /// </summary>
    /// <param name="Index">The condition's index in the group, from 0.</param>
    /// <param name="Value">The value its key would have had there; null when it would have been unbound.</param>
    public sealed record ConditionNotMet(int Index, Sequence<int>? Value) : IWireMessage;

    /// <summary>
    /// A group with a delegate, for senders in the same process; answered by <see cref="GroupResult"/>, or by a
    /// <see cref="Status.Failure"/> with what the delegate threw. It can't be serialised.
    /// </summary>
    /// <remarks>See <see cref="TableGroup"/> for what the delegate may do.</remarks>
    /// <param name="Body">The operations.</param>
    public sealed record Group(Func<TableGroup, object?> Body) : Request, INoSerializationVerificationNeeded
    {
        internal override bool IsWrite => true;

        internal override bool RunsAlone => true;

        internal override object Execute(in Execution execution)
        {
            object? outcome = GroupSession.Run(Body, execution.Table, execution.GroupTimeout);
            return outcome is GroupFailure ? outcome : new GroupResult(outcome);
        }
    }

    /// <summary>The reply to <see cref="Group"/>.</summary>
    /// <param name="Value">What the delegate returned.</param>
    public sealed record GroupResult(object? Value) : INoSerializationVerificationNeeded;
}
