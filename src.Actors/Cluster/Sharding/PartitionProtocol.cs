using Netshm.Actors.Cluster.Common;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>What a <see cref="ShardedTable{TKey, TValue}"/> asks the partitions of its table for, and their replies.</summary>
/// <remarks>A request that is not executed is answered by <see cref="NotExecuted"/>.</remarks>
internal static partial class PartitionProtocol
{
    /// <summary>Marks what <see cref="ShardedTableSerializer"/> can write.</summary>
    internal interface IWireMessage;

    /// <summary>A message that the cluster's sharding brings to a partition.</summary>
    internal interface IToPartition
    {
        /// <summary>The partition's number, from 0.</summary>
        int Partition { get; }
    }

    /// <summary>A request to a partition.</summary>
    /// <param name="Partition">The partition's number.</param>
    internal abstract record Request(int Partition) : IWireMessage, IToPartition
    {
        /// <summary>The moment from which on it may not be executed any more.</summary>
        public CallDeadline Deadline { get; init; } = CallDeadline.Never;

        /// <summary>Whether it may modify the table.</summary>
        public abstract bool IsWrite { get; }

        /// <summary>Executes it under the table's lock, and gives the reply.</summary>
        public abstract object Execute(ShmTable table);
    }

    /// <summary>The value of a key's newest binding; answered by <see cref="Value"/>.</summary>
    internal sealed record Find(int Partition, EncodedKey Key) : Request(Partition)
    {
        public override bool IsWrite => false;

        public override object Execute(ShmTable table) => new Value(NewestOf(table, Key));
    }

    /// <summary>The values of all bindings of a key; answered by <see cref="Values"/>.</summary>
    internal sealed record FindAll(int Partition, EncodedKey Key) : Request(Partition)
    {
        public override bool IsWrite => false;

        public override object Execute(ShmTable table) =>
            new Values([.. EncodedKeyManager.View(table).FindAll(Key).Select(words => new Sequence<int>(words))]);
    }

    /// <summary>Whether a key is bound; answered by <see cref="YesOrNo"/>.</summary>
    internal sealed record Contains(int Partition, EncodedKey Key) : Request(Partition)
    {
        public override bool IsWrite => false;

        public override object Execute(ShmTable table) => new YesOrNo(EncodedKeyManager.View(table).Contains(Key));
    }

    /// <summary>The number of bindings of the partition; answered by <see cref="Counted"/>.</summary>
    internal sealed record Count(int Partition) : Request(Partition)
    {
        public override bool IsWrite => false;

        public override object Execute(ShmTable table) => new Counted(table.Count);
    }

    /// <summary>Adds a binding; answered by <see cref="YesOrNo"/>.</summary>
    internal sealed record Add(int Partition, EncodedKey Key, Sequence<int> NewValue) : Request(Partition)
    {
        public override bool IsWrite => true;

        public override object Execute(ShmTable table)
        {
            EncodedKeyManager.View(table).Add(Key, NewValue.Array);
            return new YesOrNo(true);
        }
    }

    /// <summary>Replaces a key's newest binding, or adds one; answered by <see cref="YesOrNo"/>.</summary>
    internal sealed record Replace(int Partition, EncodedKey Key, Sequence<int> NewValue) : Request(Partition)
    {
        public override bool IsWrite => true;

        public override object Execute(ShmTable table)
        {
            EncodedKeyManager.View(table).Replace(Key, NewValue.Array);
            return new YesOrNo(true);
        }
    }

    /// <summary>Removes a key's newest binding; answered by <see cref="YesOrNo"/>: whether there was one.</summary>
    internal sealed record Remove(int Partition, EncodedKey Key) : Request(Partition)
    {
        public override bool IsWrite => true;

        public override object Execute(ShmTable table) => new YesOrNo(EncodedKeyManager.View(table).Remove(Key));
    }

    /// <summary>
    /// Operations and conditions as one transaction; answered by <see cref="GroupDone"/>, or <see cref="ConditionNotMet"/>
    /// when nothing was done.
    /// </summary>
    internal sealed record Group(int Partition, Sequence<EncodedOperation> Operations) : Request(Partition)
    {
        public override bool IsWrite => true;

        public override object Execute(ShmTable table) => PartitionGroup.Run(table, Operations);
    }

    /// <summary>The reply to <see cref="Find"/>: the value's words, or null when the key is not bound.</summary>
    internal sealed record Value(Sequence<int>? Words) : IWireMessage;

    /// <summary>The reply to <see cref="FindAll"/>: the values, newest first.</summary>
    internal sealed record Values(Sequence<Sequence<int>> All) : IWireMessage;

    /// <summary>A yes or a no.</summary>
    internal sealed record YesOrNo(bool IsYes) : IWireMessage;

    /// <summary>The reply to <see cref="Count"/>.</summary>
    internal sealed record Counted(int Bindings) : IWireMessage;

    /// <summary>The reply to <see cref="Group"/>: the value of each operation's key after it.</summary>
    internal sealed record GroupDone(Sequence<Sequence<int>?> AfterEach) : IWireMessage;

    /// <summary>The reply to <see cref="Group"/> when a condition is not met.</summary>
    internal sealed record ConditionNotMet(int Index, Sequence<int>? Found) : IWireMessage;

    /// <summary>Why a request was not executed: the full name of the error's type, and its message.</summary>
    internal sealed record NotExecuted(string ErrorType, string Message) : IWireMessage
    {
        public static NotExecuted With(Exception error) => new(error.GetType().FullName!, error.Message);
    }

    /// <summary>Why a reply is not sent: it takes more bytes than a message between nodes may. A write was executed.</summary>
    internal sealed record PartitionReplyTooLarge(long Size, long Limit) : IWireMessage;

    /// <summary>A request did not reach its partition, which is just moving, and was not executed.</summary>
    internal sealed record Undelivered : IWireMessage
    {
        public static Undelivered Instance { get; } = new();
    }

    /// <summary>The value of a key's newest binding.</summary>
    internal static Sequence<int>? NewestOf(ShmTable table, EncodedKey key) =>
        EncodedKeyManager.View(table).TryFind(key, out int[]? words) ? new Sequence<int>(words) : null;
}
