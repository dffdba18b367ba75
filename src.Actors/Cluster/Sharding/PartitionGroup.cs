namespace Netshm.Actors.Cluster.Sharding;

/// <summary>What an operation of a group does; the numbers are those on the wire and never change.</summary>
internal enum OperationKind : byte
{
    Find = 1,
    Add = 2,
    Replace = 3,
    Remove = 4,
    IfAbsent = 5,
    IfPresent = 6,
    IfEquals = 7,
}

/// <summary>An operation or a condition of a group on its way to a partition.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Key">The key it is about.</param>
/// <param name="Value">The value, where the operation has one.</param>
internal sealed record EncodedOperation(OperationKind Kind, EncodedKey Key, Sequence<int> Value);

/// <summary>Executes a group in a partition.</summary>
internal static class PartitionGroup
{
    /// <summary>
    /// Does the operations as one transaction. Conditions hold where they stand; one that is not met takes everything back.
    /// </summary>
    public static object Run(ShmTable table, Sequence<EncodedOperation> operations)
    {
        try
        {
            return table.Transact(() => RunAll(table, operations));
        }
        catch (ConditionFailure failure)
        {
            return failure.Reply;
        }
    }

    private static PartitionProtocol.GroupDone RunAll(ShmTable table, Sequence<EncodedOperation> operations)
    {
        ShmHashtable<EncodedKey, int[]> typed = EncodedKeyManager.View(table);
        var afterEach = new Sequence<int>?[operations.Count];
        for (int i = 0; i < operations.Count; i++)
        {
            EncodedOperation operation = operations[i];
            switch (operation.Kind)
            {
                case OperationKind.Add:
                    typed.Add(operation.Key, operation.Value.Array);
                    break;
                case OperationKind.Replace:
                    typed.Replace(operation.Key, operation.Value.Array);
                    break;
                case OperationKind.Remove:
                    typed.Remove(operation.Key);
                    break;
            }

            Sequence<int>? found = PartitionProtocol.NewestOf(table, operation.Key);
            if (!IsMet(operation, found))
                throw new ConditionFailure(new(i, found));
            afterEach[i] = found;
        }

        return new(new(afterEach));
    }

    private static bool IsMet(EncodedOperation operation, Sequence<int>? found) => operation.Kind switch
    {
        OperationKind.IfAbsent => found is null,
        OperationKind.IfPresent => found is not null,
        OperationKind.IfEquals => found == operation.Value,
        _ => true,
    };

    /// <summary>Takes the transaction back; it never leaves <see cref="Run"/>.</summary>
    private sealed class ConditionFailure(PartitionProtocol.ConditionNotMet reply) : Exception
    {
        public PartitionProtocol.ConditionNotMet Reply { get; } = reply;
    }
}
