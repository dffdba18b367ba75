using System.Globalization;

namespace Netshm.Exploration;

/// <summary>The modifications of schedules.</summary>
internal enum WriteKind
{
    Add,
    Replace,
    Remove,
    RemoveSecond,
}

/// <summary>How several modifications belong together.</summary>
internal enum WriteUnit
{
    Single,
    Group,
    Transaction,

    /// <summary>One that is taken back.</summary>
    FailingTransaction,
}

/// <summary>One modification, of a table and of what it is to hold.</summary>
internal readonly record struct TableWrite(WriteKind Kind, int Key, int Value)
{
    /// <summary>Makes modifications.</summary>
    /// <returns>What they said.</returns>
    public static string Run(ShmTable table, TableWrite[] writes, WriteUnit unit)
    {
        string results = "";
        Action body = () => results = string.Concat(writes.Select(write => write.Run(table) ? '+' : '-'));
        switch (unit)
        {
            case WriteUnit.Single:
                body();
                break;
            case WriteUnit.Group:
                table.Group(body);
                break;
            case WriteUnit.Transaction:
                table.Transact(body);
                break;
            default:
                Fail(table, body);
                break;
        }

        return results;
    }

    public static TableState ApplyAll(TableState state, TableWrite[] writes) =>
        writes.Aggregate(state, (before, write) => write.Apply(before));

    /// <summary>The states after none, after one, ... after all.</summary>
    public static IEnumerable<TableState> Prefixes(TableState state, TableWrite[] writes)
    {
        yield return state;
        foreach (TableWrite write in writes)
            yield return state = write.Apply(state);
    }

    /// <summary>What modifications say when they are made in a state.</summary>
    public static string ExpectedResults(TableState state, TableWrite[] writes) => string.Concat(
        Prefixes(state, writes).Zip(writes, (before, write) => write.Kind != WriteKind.Remove || before.Find(write.Key) is not null)
            .Select(result => result ? '+' : '-'));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Key} {Value}");

    private static void Fail(ShmTable table, Action body)
    {
        try
        {
            table.Transact(void () =>
            {
                body();
                throw new IntendedException();
            });
        }
        catch (IntendedException)
        {
            // The transaction is taken back.
        }
    }

    private bool Run(ShmTable table)
    {
        int binding = 0;
        switch (Kind)
        {
            case WriteKind.Add:
                table.Add(Key, Values.Make(Value));
                return true;
            case WriteKind.Replace:
                table.Replace(Key, Values.Make(Value));
                return true;
            case WriteKind.Remove:
                return table.Remove(Key);
            default:
                table.WriteBlocks(Key, WriteOperations.RemoveBinding, (_, isEnd) => isEnd && ++binding == 2
                    ? BlockDecision.Remove(BlockControl.Break)
                    : BlockDecision.Continue);
                return true;
        }
    }

    private TableState Apply(TableState state) => Kind switch
    {
        WriteKind.Add => state.Add(Key, Value),
        WriteKind.Replace => state.Remove(Key).Add(Key, Value),
        WriteKind.Remove => state.Remove(Key),
        _ => state.RemoveSecond(Key),
    };

    private sealed class IntendedException : Exception;
}
