using System.Globalization;
using Netshm.Worker;

namespace Netshm.Exploration;

/// <summary>Who finds the table after a death.</summary>
public enum Survivor
{
    /// <summary>A process that comes when nobody else is left.</summary>
    Newcomer,

    /// <summary>One that was there before.</summary>
    Bystander,

    /// <summary>One that comes while another one is there, and so gets the dead one's slot.</summary>
    Successor,
}

/// <summary>One death in the middle of a scenario, and what other processes find then.</summary>
internal sealed class FaultRun : IDisposable
{
    private readonly Scenario _scenario;
    private readonly LockingMethod _locking;
    private readonly TableFiles _files = new() { ExaminesDeaths = true };
    private readonly SimulatedProcess _victim;
    private readonly SimulatedProcess _bystander;

    public FaultRun(Scenario scenario, LockingMethod locking)
    {
        _scenario = scenario;
        _locking = locking;
        _victim = new SimulatedProcess(_files);
        _bystander = new SimulatedProcess(_files);
        _victim.DoAlive(victim =>
        {
            victim.Open(scenario.OptionsFor(locking));
            scenario.Setup(victim.Table);
        });
    }

    /// <summary>How many stores the scenario made, when <see cref="Kill"/> has run it.</summary>
    public int StoresOfScenario { get; private set; }

    /// <summary>Whether the change feed, if there is one, knew of everything in <see cref="Examine"/>.</summary>
    public bool IsFeedComplete { get; private set; }

    /// <summary>The states that a death may leave, in the order of time.</summary>
    public static List<string> AllowedStates(Scenario scenario, LockingMethod locking)
    {
        List<string> states = [];
        using var run = new FaultRun(scenario, locking);
        run._victim.DoAlive(victim =>
        {
            states.Add(TableDump.Format(victim.Table));
            if (scenario.Unit == Unit.Transaction)
                scenario.Run(victim.Table);
            foreach (Action<ShmTable> step in scenario.Unit == Unit.Group ? scenario.Steps : [])
            {
                step(victim.Table);
                states.Add(TableDump.Format(victim.Table));
            }

            states.Add(TableDump.Format(victim.Table));
        });
        return states;
    }

    /// <summary>How many stores a scenario makes.</summary>
    public static int CountStores(Scenario scenario, LockingMethod locking)
    {
        using var run = new FaultRun(scenario, locking);
        Assert.False(run.Kill(int.MaxValue / 2));
        return run.StoresOfScenario;
    }

    /// <summary>Lets the bystander come, if one is wanted.</summary>
    public void Prepare(Survivor survivor)
    {
        if (survivor != Survivor.Newcomer)
            _bystander.DoAlive(process => process.Open(Scenario.OptionsToOpen(_locking)));
    }

    /// <summary>Runs the scenario; its process dies before the given store of it.</summary>
    /// <returns>False when it has no so many stores, and is complete.</returns>
    public bool Kill(int store)
    {
        _victim.DiesBefore = _victim.Stores + store;
        int before = _victim.Stores;
        bool isDone = _victim.Do(victim => _scenario.Run(victim.Table));
        StoresOfScenario = _victim.Stores - before;
        _victim.DiesBefore = int.MaxValue;
        return !isDone;
    }

    /// <summary>Lets a survivor recover, and die before the given store of that.</summary>
    /// <returns>False when it has no so many stores, and is complete.</returns>
    public bool KillRescuer(Survivor survivor, int store)
    {
        SimulatedProcess rescuer = survivor == Survivor.Bystander ? _bystander : new SimulatedProcess(_files);
        rescuer.DiesBefore = rescuer.Stores + store;
        bool isDone = rescuer.Do(process =>
        {
            if (!process.IsOpen)
                process.Open(Scenario.OptionsToOpen(_locking));
            Recover(process.Table);
        });
        rescuer.DiesBefore = int.MaxValue;
        if (isDone && rescuer != _bystander)
            rescuer.DoAlive(process => process.Close());
        return !isDone;
    }

    /// <summary>Lets a survivor use the table.</summary>
    /// <returns>What it found.</returns>
    public string Examine(Survivor survivor)
    {
        bool isBystander = survivor == Survivor.Bystander && !_bystander.IsDead;
        SimulatedProcess process = isBystander ? _bystander : new SimulatedProcess(_files);
        string found = "";
        process.DoAlive(survivor =>
        {
            if (!survivor.IsOpen)
                survivor.Open(Scenario.OptionsToOpen(_locking));
            found = Use(survivor.Table, _files);
            Assert.True(survivor.Table.LastRecovery is not { IsJournalLost: true }, "the journal was lost");
            IsFeedComplete = !survivor.Table.HasChangeFeed || ChangeReplay.Of(survivor.Table).IsComplete;
        });
        if (!_victim.IsDead)
            _victim.DoAlive(victim => victim.Close());
        if (!isBystander && _bystander is { IsOpen: true, IsDead: false })
            _bystander.DoAlive(bystander => bystander.Close());
        process.DoAlive(survivor => survivor.Close());
        LookAgain(found);
        return found;
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Reads without the lock, under the lock, checks, and modifies.</summary>
    public static string Use(ShmTable table, TableFiles files)
    {
        string early = string.Join(' ', Enumerable.Range(0, 16).SelectMany(key => table.FindAll(key).Select(value =>
            string.Create(CultureInfo.InvariantCulture, $"{key}={TableDump.Format(value)}"))));
        AssertFeedTells(table);
        Recover(table);
        files.AssertSequencesAreClosed();
        string found = TableDump.Format(table);
        Assert.StartsWith(early, found, StringComparison.Ordinal);
        AssertConsistent(table);
        for (int key = 1000; key < 1004; key++)
            table.Add(key, Scenario.Value(key, 30));
        AssertConsistent(table);
        for (int key = 1000; key < 1004; key++)
            Assert.True(table.Remove(key));
        AssertConsistent(table);
        Assert.Equal(found, TableDump.Format(table));
        AssertFeedTells(table);
        return found;
    }

    private static void Recover(ShmTable table) => table.Group(() => { });

    private static void AssertFeedTells(ShmTable table)
    {
        string bindings = ChangeReplay.Describe(table); // Which recovers, if that is still to be done.
        if (table.HasChangeFeed && ChangeReplay.Of(table) is { IsComplete: true } replay)
            Assert.Equal(bindings, replay.ToString());
    }

    private static void AssertConsistent(ShmTable table)
    {
        TableReport report = table.Check();
        Assert.True(report.IsConsistent, report.ToString());
    }

    /// <summary>The table must be in order when all have left.</summary>
    private void LookAgain(string expected)
    {
        var process = new SimulatedProcess(_files);
        process.DoAlive(late =>
        {
            late.Open(Scenario.OptionsToOpen(LockingMethod.Auto));
            Assert.Equal(_locking, late.Table.Locking);
            Assert.Equal(LockingMark.MagicOf(_locking), late.Table.Storage.DescriptorAsItIs.FoundMagic);
            Assert.Equal(expected, TableDump.Format(late.Table));
            AssertConsistent(late.Table);
            Assert.Null(late.Table.LastRecovery);
            late.Close();
        });
    }
}
