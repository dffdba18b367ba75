namespace Netshm.Exploration;

/// <summary>What some simulated processes do to one table, drawn from a seed.</summary>
/// <remarks>
/// All of it runs on one thread, and nothing that it draws depends on time or on what else the test process does.
/// </remarks>
internal sealed partial class Script : IDisposable
{
    /// <summary>How many scripts there are; their seeds are 0 to one less.</summary>
    public const int Count = 1000;

    private readonly Random _random;
    private readonly Coverage _coverage;
    private readonly Simulation _simulation = new();
    private readonly StoreRecorder _recorder;
    private readonly ScriptShape _shape;
    private readonly ScriptOperations _operations;
    private readonly ScriptFiles _files;
    private readonly RecordedProcess?[] _processes;

    /// <summary>How the table is locked; Auto when that has to be found out.</summary>
    private LockingMethod _locking;

    /// <summary>How many changes the table's feed is to hold.</summary>
    private int _feed;

    private bool _isCreated;

    /// <summary>Whether a process has died, and none is known to have recovered since.</summary>
    private bool _isLeftByDead;

    /// <summary>Whether a process was refused because of a sidecar of another table, in which somebody has died.</summary>
    private bool _isSidecarInTheWay;

    private Script(int seed, Trace trace, Coverage coverage)
    {
        _random = new Random(seed);
        _coverage = coverage;
        _locking = LockingOf(seed);
        _recorder = new StoreRecorder(_simulation.Name, trace, coverage);
        _shape = new ScriptShape(_random, seed);
        _operations = new ScriptOperations(_random, _shape, _recorder, coverage);
        _files = new ScriptFiles(_simulation.Name, _recorder, coverage);
        _processes = new RecordedProcess?[_locking == LockingMethod.None ? 1 : _random.Next(1, 4)];
        DrawFeed();
    }

    /// <summary>With <see cref="LockingMethod.None"/> there is no way back from a death.</summary>
    private bool MayDie => _locking != LockingMethod.None;

    private int OpenProcesses => _processes.Count(process => process is { IsOpen: true });

    /// <summary>The locking method that the script of a seed begins with.</summary>
    public static LockingMethod LockingOf(int seed) => (seed % 5) switch
    {
        3 => LockingMethod.Record,
        4 => LockingMethod.None,
        _ => LockingMethod.Futex,
    };

    /// <summary>Runs the script of a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="coverage">Counts what it does.</param>
    /// <param name="text">Where its trace goes; null when the hash is enough.</param>
    /// <returns>What is kept of the trace; one that differs from every golden one when the library fails.</returns>
    public static GoldenTrace Run(int seed, Coverage coverage, Stream? text = null)
    {
        using var trace = new Trace(text);
        using var script = new Script(seed, trace, coverage);
        try
        {
            script.Run();
        }
        catch (Exception e)
        {
            trace.Tell($"{e}");
            return new GoldenTrace(seed, script._recorder.Stores, trace.End()) { Failure = e };
        }

        return new GoldenTrace(seed, script._recorder.Stores, trace.End());
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _simulation.Dispose();
    }

    private void Run()
    {
        for (int i = _shape.DrawSteps(); i > 0; i--)
            Step(_random.Next(_processes.Length));
        Finish();
    }

    private void Step(int slot)
    {
        if (_isCreated && OpenProcesses == 0 && _random.Next(2) == 0)
        {
            DoWithUnusedTable(slot);
            return;
        }

        RecordedProcess process = _processes[slot] ??= _simulation.NewProcess(_recorder);
        if (MayDie && !process.IsDoomed && _shape.DrawDeath())
            process.DieBefore(_shape.DrawStoresToLive());
        if (!process.IsOpen)
            Come(slot);
        else if (_random.Next(10) == 0)
            Close(slot);
        else
            Operate(slot, process.Table);
    }

    /// <summary>Lets a process do something, and records what it stores.</summary>
    /// <param name="slot">Which process.</param>
    /// <param name="what">What it does, for those who read the trace.</param>
    /// <param name="action">How it does it.</param>
    /// <param name="death">What it counts as when it dies, beside a death.</param>
    /// <returns>False when it died, or was refused.</returns>
    private bool Do(int slot, string what, Action action, Covered? death = null)
    {
        RecordedProcess process = _processes[slot]!;
        TableRecovery? lastRecovery = process.IsOpen ? process.Table.LastRecovery : null;
        bool isRefused = false;
        long before = _recorder.Stores;
        _recorder.Begin($"process {slot}: {what}", filesMayComeAndGo: !process.IsOpen || death is not null);
        bool lives = process.Do(() =>
        {
            try
            {
                action();
            }
            catch (Exception e) when (e is NetshmException or UntrustedFileException)
            {
                isRefused = true;
                _operations.ForgetTransaction();
                _isSidecarInTheWay = e is UntrustedFileException;
                _coverage.Count(e is LockTimeoutException ? Covered.TimeOut : Covered.Refusal);
                _recorder.Tell("refused");
            }
        });
        if (process.IsOpen && process.Table.LastRecovery is { } recovery && !ReferenceEquals(recovery, lastRecovery))
            CountRecovery(recovery);
        if (!lives)
            Bury(slot, death, _recorder.Stores - before);
        _recorder.End();
        return lives && !isRefused;
    }

    private void CountRecovery(TableRecovery recovery)
    {
        _isLeftByDead = false;
        _coverage.CountIf(recovery.RecordsUndone > 0, Covered.RecoveryByJournal);
        _coverage.CountIf(recovery.Scanned, Covered.RecoveryByScan);
        _coverage.CountIf(recovery.IsJournalLost, Covered.LostJournal);
    }

    private void Bury(int slot, Covered? death, long stores)
    {
        const int many = 10_000;
        _recorder.Tell($"process {slot} is dead");
        _coverage.Count(Covered.Death);
        _coverage.CountIf(_operations.IsInTransaction, Covered.DeathInTransaction);
        _coverage.CountIf(_isLeftByDead, Covered.DeathAfterDeath);
        _coverage.CountIf(stores > many, Covered.DeathInHugeValue);
        if (death is { } what)
            _coverage.Count(what);
        _operations.ForgetTransaction();
        _isLeftByDead = true;
        _processes[slot] = null;
    }
}
