using Netshm.Actors.Protocol;

namespace Netshm.Actors;

/// <content>The requests that modify, and their replies.</content>
public static partial class TableProtocol
{
    /// <summary>
    /// Adds a binding that hides the older ones of the key (<see cref="ShmTable.Add"/>); answered by
    /// <see cref="Added"/>.
    /// </summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value's words.</param>
    public sealed record Add(int Key, Sequence<int> Value) : Request, IWireMessage
    {
        internal override bool IsWrite => true;

        internal override int? SingleKey => Key;

        internal override object Execute(in Execution execution)
        {
            execution.Table.Add(Key, Value.Span);
            return new Added(Key);
        }
    }

    /// <summary>The reply to <see cref="Add"/>.</summary>
    /// <param name="Key">The key.</param>
    public sealed record Added(int Key) : IWireMessage;

    /// <summary>
    /// Replaces a key's newest binding, or adds one (<see cref="ShmTable.Replace"/>); answered by
    /// <see cref="Replaced"/>.
    /// </summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value's words.</param>
    public sealed record Replace(int Key, Sequence<int> Value) : Request, IWireMessage
    {
        internal override bool IsWrite => true;

        internal override int? SingleKey => Key;

        internal override object Execute(in Execution execution)
        {
            execution.Table.Replace(Key, Value.Span);
            return new Replaced(Key);
        }
    }

    /// <summary>The reply to <see cref="Replace"/>.</summary>
    /// <param name="Key">The key.</param>
    public sealed record Replaced(int Key) : IWireMessage;

    /// <summary>
    /// Removes a key's newest binding, which brings the one it hid back (<see cref="ShmTable.Remove"/>); answered by
    /// <see cref="Removed"/>.
    /// </summary>
    /// <param name="Key">The key.</param>
    public sealed record Remove(int Key) : Request, IWireMessage
    {
        internal override bool IsWrite => true;

        internal override int? SingleKey => Key;

        internal override object Execute(in Execution execution) => new Removed(Key, execution.Table.Remove(Key));
    }

    /// <summary>The reply to <see cref="Remove"/>.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="WasBound">Whether there was a binding to remove.</param>
    public sealed record Removed(int Key, bool WasBound) : IWireMessage;
}
