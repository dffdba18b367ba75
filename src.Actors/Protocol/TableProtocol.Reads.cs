using Netshm.Actors.Protocol;

namespace Netshm.Actors;

/// <content>The requests that only read, and their replies.</content>
public static partial class TableProtocol
{
    /// <summary>Looks a key's newest binding up (<see cref="ShmTable.Find"/>).</summary>
    /// <remarks>Answered by <see cref="Found"/> or <see cref="NotFound"/>.</remarks>
    /// <param name="Key">The key.</param>
    public sealed record Find(int Key) : Request, IWireMessage
    {
        internal override bool IsWrite => false;

        internal override int? SingleKey => Key;

        internal override object Execute(in Execution execution) =>
            execution.Table.TryFind(Key, out int[]? value) ? new Found(Key, new(value)) : new NotFound(Key);
    }

    /// <summary>The reply to <see cref="Find"/>: the value of the newest binding.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value's words.</param>
    public sealed record Found(int Key, Sequence<int> Value) : IWireMessage;

    /// <summary>The reply to <see cref="Find"/> when the key is not bound.</summary>
    /// <param name="Key">The key.</param>
    public sealed record NotFound(int Key) : IWireMessage;

    /// <summary>
    /// Looks all bindings of a key up (<see cref="ShmTable.FindAll"/>); answered by <see cref="FoundAll"/>.
    /// </summary>
    /// <param name="Key">The key.</param>
    public sealed record FindAll(int Key) : Request, IWireMessage
    {
        internal override bool IsWrite => false;

        internal override int? SingleKey => Key;

        internal override object Execute(in Execution execution) =>
            new FoundAll(Key, [.. execution.Table.FindAll(Key).Select(value => new Sequence<int>(value))]);
    }

    /// <summary>The reply to <see cref="FindAll"/>.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Values">The values, newest first; empty when the key is not bound.</param>
    public sealed record FoundAll(int Key, Sequence<Sequence<int>> Values) : IWireMessage;

    /// <summary>
    /// Asks whether a key is bound (<see cref="ShmTable.Contains"/>); answered by <see cref="Contained"/>.
    /// </summary>
    /// <param name="Key">The key.</param>
    public sealed record Contains(int Key) : Request, IWireMessage
    {
        internal override bool IsWrite => false;

        internal override int? SingleKey => Key;

        internal override object Execute(in Execution execution) => new Contained(Key, execution.Table.Contains(Key));
    }

    /// <summary>The reply to <see cref="Contains"/>.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="IsBound">Whether it is bound.</param>
    public sealed record Contained(int Key, bool IsBound) : IWireMessage;

    /// <summary>
    /// Asks for the number of bindings (<see cref="ShmTable.Count"/>); answered by <see cref="Counted"/>.
    /// </summary>
    public sealed record Count : Request, IWireMessage
    {
        internal override bool IsWrite => false;

        internal override object Execute(in Execution execution) => new Counted(execution.Table.Count);
    }

    /// <summary>The reply to <see cref="Count"/>.</summary>
    /// <param name="Bindings">The number of bindings, hidden ones included.</param>
    public sealed record Counted(int Bindings) : IWireMessage;

    /// <summary>
    /// Asks for a copy of the whole table at one moment (<see cref="ShmTable.Iterate"/>); answered by
    /// <see cref="Snapshot"/>. The table is locked for reading while the copy is made.
    /// </summary>
    public sealed record TakeSnapshot : Request, IWireMessage
    {
        internal override bool IsWrite => false;

        internal override bool RunsAlone => true;

        internal override object Execute(in Execution execution)
        {
            var bindings = new List<Binding>();
            execution.Table.Iterate((key, value) => bindings.Add(new Binding(key, Sequence.Create(value))));
            return new Snapshot([.. bindings]);
        }
    }

    /// <summary>The reply to <see cref="TakeSnapshot"/>.</summary>
    /// <param name="Bindings">All bindings, in no particular order, but those of one key newest first.</param>
    public sealed record Snapshot(Sequence<Binding> Bindings) : IWireMessage;

    /// <summary>A key and one of its values.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value's words.</param>
    public readonly record struct Binding(int Key, Sequence<int> Value);

    /// <summary>
    /// Has the table checked for damage (<see cref="ShmTable.Check()"/>); answered by <see cref="Checked"/>.
    /// </summary>
    /// <remarks>The whole table is read, locked for reading.</remarks>
    public sealed record Check : Request, IWireMessage
    {
        internal override bool IsWrite => false;

        internal override bool RunsAlone => true;

        internal override object Execute(in Execution execution)
        {
            TableReport report = execution.Table.Check();
            return new Checked(report.IsConsistent, report.ToString());
        }
    }

    /// <summary>The reply to <see cref="Check"/>.</summary>
    /// <param name="IsConsistent">Whether nothing was found wrong.</param>
    /// <param name="Report">What was counted, and every violation.</param>
    public sealed record Checked(bool IsConsistent, string Report) : IWireMessage;

    /// <summary>
    /// Has the table written back to its device (<see cref="ShmTable.Flush"/>); answered by <see cref="Flushed"/>.
    /// </summary>
    public sealed record Flush : Request, IWireMessage
    {
        internal override bool IsWrite => false;

        internal override bool RunsAlone => true;

        internal override object Execute(in Execution execution)
        {
            execution.Table.Flush();
            return new Flushed();
        }
    }

    /// <summary>The reply to <see cref="Flush"/>.</summary>
    public sealed record Flushed : IWireMessage;
}
