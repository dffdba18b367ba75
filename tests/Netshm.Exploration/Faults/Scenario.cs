namespace Netshm.Exploration;

/// <summary>How the steps of a scenario belong together.</summary>
public enum Unit
{
    /// <summary>Each for itself, in a group: a death leaves those that were done.</summary>
    Group,

    /// <summary>All or none.</summary>
    Transaction,
}

/// <summary>A modification in the middle of which a process is to die.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Init">For how many elements the table is laid out; with 1 it has three cells.</param>
/// <param name="Setup">What is in the table before.</param>
/// <param name="Steps">The modification.</param>
/// <param name="Unit">How the steps belong together.</param>
public sealed record Scenario(
    string Name, int Init, Action<ShmTable> Setup, Action<ShmTable>[] Steps, Unit Unit = Unit.Group)
{
    /// <summary>The smallest pages: three cells, ten words of a value in its first page and twelve in each further one.</summary>
    public const int PageSize = 64;

    /// <summary>Enough for all that a scenario does, so that its changes can be played through.</summary>
    public const int ChangeFeedCapacity = 4096;

    /// <summary>How a scenario's table is created.</summary>
    public ShmTableOptions OptionsFor(LockingMethod locking) => OptionsToOpen(locking) with { Init = Init };

    /// <summary>How it is opened afterwards.</summary>
    public static ShmTableOptions OptionsToOpen(LockingMethod locking) => new()
    {
        PageSize = PageSize,
        Locking = locking,
        ChangeFeedCapacity = locking == LockingMethod.Futex ? ChangeFeedCapacity : 0,
    };

    /// <summary>A value that says what it is.</summary>
    public static int[] Value(int id, int lengthInWords) => Enumerable.Repeat((id * 1000) + lengthInWords, lengthInWords).ToArray();

    /// <summary>Makes the modification.</summary>
    public void Run(ShmTable table)
    {
        if (Unit == Unit.Transaction)
            table.Transact(() => RunSteps(table));
        else if (Steps.Length > 1)
            table.Group(() => RunSteps(table));
        else
            RunSteps(table);
    }

    public override string ToString() => Name;

    private void RunSteps(ShmTable table)
    {
        foreach (Action<ShmTable> step in Steps)
            step(table);
    }
}
