namespace Netshm.Exploration;

/// <summary>One run of a scenario in which a call fails, and what must be so afterwards.</summary>
internal sealed class CallRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly CallScenario _scenario;
    private readonly SimulatedProcess _process;
    private SharedMemoryObject? _memory;
    private ShmTable? _table;

    public CallRun(CallScenario scenario)
    {
        _scenario = scenario;
        Files = new TableFiles(scenario.IsOnDisk);
        _process = new SimulatedProcess(Files);
    }

    public static ShmTableOptions Futex { get; } = Options(LockingMethod.Futex);

    public static ShmTableOptions ByRecord { get; } = Options(LockingMethod.Record);

    public TableFiles Files { get; }

    /// <summary>The table, when it is open.</summary>
    public ShmTable Table => _table!;

    /// <summary>What the process itself has to wait for or to give back.</summary>
    public IDisposable? Companion { get; set; }

    public static ShmTableOptions Options(LockingMethod locking) => new()
    {
        PageSize = Scenario.PageSize,
        Init = null,
        Locking = locking,
        LockTimeout = s_patience,
        OpenTimeout = s_patience,
    };

    /// <summary>Opens the table, as the process that the calls fail in.</summary>
    public void Open(
        ShmTableOptions options, FileMode mode = FileMode.OpenOrCreate, FileAccess access = FileAccess.ReadWrite,
        SharedMemoryName? name = null)
    {
        _memory = SharedMemoryObject.Open(name ?? Files.Name, mode, access);
        _table = ShmTable.Manage(_memory, options);
    }

    public SharedMemoryObject Memory => _memory!;

    public void Close()
    {
        ShmTable? table = _table;
        SharedMemoryObject? memory = _memory;
        _table = null;
        _memory = null;
        try
        {
            table?.Dispose();
        }
        finally
        {
            memory?.Close();
        }
    }

    /// <summary>Has something happen right before the process goes to sleep on shared memory.</summary>
    public void AtNextSleep(Action action) => _process.AtSeam = kind =>
    {
        if (kind != SeamKind.Wait)
            return;
        _process.AtSeam = null;
        action();
    };

    /// <summary>Leaves the table open, to be closed by what is returned, while the process opens another handle on it.</summary>
    public IDisposable Detach()
    {
        var handle = new OpenHandle(_table!, _memory!);
        _table = null;
        _memory = null;
        return handle;
    }

    /// <summary>Lets another process do something with the table, and close it.</summary>
    public void ByAnother(ShmTableOptions options, Action<ShmTable> action) =>
        new SimulatedProcess(Files).DoAlive(_ =>
        {
            using SharedMemoryObject memory = SharedMemoryObject.Open(Files.Name);
            using ShmTable table = ShmTable.Manage(memory, options);
            action(table);
        });

    /// <summary>Runs the scenario with a fault, and examines what it has left.</summary>
    /// <returns>What was called.</returns>
    public CallFaults Run(CallFault fault)
    {
        var faults = new CallFaults(fault, _scenario.Given);
        Exception? failure = null;
        _process.DoAlive(_ =>
        {
            _scenario.Prepare(this);
            try
            {
                using (faults.Begin())
                    _scenario.Act(this);
            }
            catch (Exception e)
            {
                failure = e;
            }

            if (fault.Error == FailsWithAttribute.Interruption && faults.FailedAt is not null)
                Assert.True(TakeInterruption() || failure is ThreadInterruptedException, "an interruption was lost");
            _scenario.Afterwards(this);
            Companion?.Dispose();
            Close();
        });
        AssertTyped(failure, fault);
        AssertNothingIsLeft();
        Examine();
        return faults;
    }

    public void Dispose() => Files.Dispose();

    private sealed class OpenHandle(ShmTable table, SharedMemoryObject memory) : IDisposable
    {
        public void Dispose()
        {
            table.Dispose();
            memory.Dispose();
        }
    }

    private static bool TakeInterruption()
    {
        try
        {
            Thread.Sleep(1);
            return false;
        }
        catch (ThreadInterruptedException)
        {
            return true;
        }
    }

    private void AssertTyped(Exception? failure, CallFault fault)
    {
        bool isTyped = failure switch
        {
            null => fault.Call > 0 || (!_scenario.Fails && !_scenario.TimesOut),
            CorruptFileException => false,
            LockTimeoutException => _scenario.TimesOut,
            ThreadInterruptedException => fault.Error == FailsWithAttribute.Interruption,
            IOException or UnauthorizedAccessException or NetshmException => _scenario.Fails || fault.Call > 0,
            _ => false,
        };
        Assert.True(isTyped, $"it ended with: {failure?.ToString() ?? "no exception"}");
    }

    private void AssertNothingIsLeft()
    {
        string path = Files.Name.MemoryPath;
        foreach (string link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
            Assert.False(TargetOf(link).StartsWith(path, StringComparison.Ordinal), $"{TargetOf(link)} is still open");
        if (!File.ReadAllText("/proc/self/maps").Contains(path, StringComparison.Ordinal))
            return;
        GC.Collect(); // What could not be let go of goes when nobody refers to it.
        GC.WaitForPendingFinalizers();
        Assert.DoesNotContain(path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
    }

    private static string TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return ""; // It was the one by which the directory was read.
        }
    }

    private void Examine()
    {
        if (_scenario.Allowed is null)
            return;
        ByAnother(_scenario.Later, table =>
        {
            if (_scenario.Later.Locking != LockingMethod.Auto)
                Assert.Equal(_scenario.Later.Locking, table.Locking);
            Assert.Contains(FaultRun.Use(table, Files), _scenario.Allowed);
        });
        AssertNothingIsLeft();
    }
}
