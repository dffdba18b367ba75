namespace Netshm.Exploration;

/// <summary>Lets a process die before every store of what it does about a table, and examines the table after each.</summary>
internal sealed class AttachmentFaults
{
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
            process.Close();
        });
        return found;
    }
}
