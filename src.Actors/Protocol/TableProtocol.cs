using Akka.Actor;
using Netshm.Actors.Protocol;

namespace Netshm.Actors;

/// <summary>The messages of a table actor.</summary>
/// <remarks>
/// <para>
/// Send a <see cref="Request"/> to <see cref="TableRef.Actor"/>; the sender gets the reply that the request names.
/// A <see cref="Status.Failure"/> means that it was not done: <see cref="Status.Failure.Cause"/> tells why and
/// <see cref="Status.Failure.State"/> is the request; an actor on another machine gets the cause as a
/// <see cref="RemoteTableException"/>. <see cref="Rejected"/> means that too many requests wait.
/// </para>
/// <para>
/// The requests of one sender are executed in the order it sends them. All messages but <see cref="Group"/> can be
/// sent to other machines.
/// </para>
/// </remarks>
public static partial class TableProtocol
{
    /// <summary>What a table actor can be asked for.</summary>
    public abstract record Request
    {
        private protected Request()
        {
        }

        /// <summary>
        /// How long the request may wait for its execution, from its arrival; null stands for the table's setting
        /// <c>request-timeout</c>. When it has passed, the sender gets a <see cref="RequestTimeoutException"/> at once
        /// and the request is never executed.
        /// </summary>
        public TimeSpan? Timeout { get; init; }

        /// <summary>Whether it may modify the table.</summary>
        internal abstract bool IsWrite { get; }

        /// <summary>Whether it is to have a batch of its own, since it may hold the lock for long.</summary>
        internal virtual bool RunsAlone => false;

        /// <summary>The key whose bindings it is about, when it is about one.</summary>
        internal virtual int? SingleKey => null;

        /// <summary>Executes it, under the table's lock, and gives the reply.</summary>
        internal abstract object Execute(in Execution execution);
    }

    /// <summary>
    /// The reply to a request that was refused because as many requests wait as the table's setting
    /// <c>max-queue</c> allows. It was not executed; send it again later.
    /// </summary>
    /// <param name="Refused">The request.</param>
    /// <param name="MaxQueue">The setting.</param>
    public sealed record Rejected(Request Refused, int MaxQueue) : IWireMessage;

    /// <summary>Marks what <see cref="TableSerializer"/> can write.</summary>
    internal interface IWireMessage;
}
