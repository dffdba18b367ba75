namespace Netshm.Exploration;

/// <summary>Lets a process die before every store of what it does about a table, and examines the table after each.</summary>
internal sealed class AttachmentFaults
{
    /// <summary>A transaction whose death at its 100th store leaves much to be taken back.</summary>
    public static Scenario Large => Scenarios.Transactions.First(scenario => scenario.Name == "a transaction");

    /// <summary>What a table holds before it.</summary>
    public static string StateOfLarge { get; } = FaultRun.AllowedStates(Large, LockingMethod.Futex)[0];

    /// <summary>A modification that record locks allow, too.</summary>
    public static Scenario Replacement => Scenarios.Single.First(scenario => scenario.Name == "replace by a longer value");

    /// <summary>What a table holds before and after it.</summary>
    public static string[] StatesOfReplacement { get; } = [.. FaultRun.AllowedStates(Replacement, LockingMethod.Record)];

    /// <summary>What was done to the table before, by processes that are gone.</summary>
    public Action<TableFiles> Prepare { get; init; } = _ => { };

    /// <summary>Whether another process has the table open meanwhile.</summary>
    public bool HasBystander { get; init; }

    /// <summary>What is done to the table before, when the bystander is there.</summary>
    public Action<TableFiles> AfterBystander { get; init; } = _ => { };

    /// <summary>What the one who is to die does before.</summary>
    public Action<SimulatedProcess> VictimsStart { get; init; } = _ => { };

    /// <summary>What it dies in.</summary>
    public required Action<SimulatedProcess> Victim { get; init; }

    /// <summary>How the next one opens the table.</summary>
    public LockingMethod Later { get; init; } = LockingMethod.Futex;

    /// <summary>What the next one may find.</summary>
    public required string[] Allowed { get; init; }

    /// <summary>Whether a journal that held something is of no use any more.</summary>
    public bool LosesJournal { get; init; }

    public void Explore()
    {
        bool died = true;
        for (int store = 1; died; store++)
        {
            try
            {
                died = Kill(store);
            }
            catch (Exception e)
            {
                throw new FaultException($"death before store {store}: {e.Message}", e);
            }
        }
    }

    /// <summary>Creates a table as a scenario begins with.</summary>
    public static void Fill(TableFiles files, LockingMethod locking, Scenario scenario, bool withFeed = true) =>
        new SimulatedProcess(files).DoAlive(process =>
        {
            ShmTableOptions options = scenario.OptionsFor(locking);
            process.Open(withFeed ? options : options with { ChangeFeedCapacity = 0 });
            scenario.Setup(process.Table);
            process.Close();
        });

    /// <summary>Lets a process die in the middle of a scenario.</summary>
    public static void DieIn(TableFiles files, Scenario scenario, LockingMethod locking, bool isFilled = false)
    {
        if (!isFilled)
            Fill(files, locking, scenario);
        var process = new SimulatedProcess(files);
        process.DoAlive(process => process.Open(Scenario.OptionsToOpen(locking)));
        DieIn(process, scenario);
    }

    /// <summary>Lets a process that has the table open die in the middle of a scenario.</summary>
    public static void DieIn(SimulatedProcess process, Scenario scenario)
    {
        const int storesOfTransaction = 100, storesOfReplacement = 30;
        process.DiesBefore = process.Stores + (scenario.Unit == Unit.Group ? storesOfReplacement : storesOfTransaction);
        Assert.False(process.Do(process => scenario.Run(process.Table)));
    }

    private bool Kill(int store)
    {
        using var files = new TableFiles { ExaminesDeaths = true };
        Prepare(files);
        var bystander = new SimulatedProcess(files);
        if (HasBystander)
            bystander.DoAlive(process => process.Open(Scenario.OptionsToOpen(LockingMethod.Futex)));
        AfterBystander(files);
        var victim = new SimulatedProcess(files);
        victim.DoAlive(VictimsStart);
        victim.DiesBefore = victim.Stores + store;
        bool died = !victim.Do(Victim);
        victim.DiesBefore = int.MaxValue;
        if (victim is { IsDead: false, IsOpen: true })
            victim.DoAlive(process => process.Close());

        string found = Use(new SimulatedProcess(files), files);
        Assert.Contains(found, Allowed);
        if (HasBystander)
            Assert.Equal(found, Use(bystander, files));
        Assert.Equal(found, Use(new SimulatedProcess(files), files));
        return died;
    }

    private string Use(SimulatedProcess user, TableFiles files)
    {
        string found = "";
        user.DoAlive(process =>
        {
            if (!process.IsOpen)
                process.Open(Scenario.OptionsToOpen(Later));
            found = FaultRun.Use(process.Table, files);
            Assert.True(LosesJournal || process.Table.LastRecovery is not { IsJournalLost: true }, "the journal was lost");
            process.Close();
        });
        return found;
    }
}
