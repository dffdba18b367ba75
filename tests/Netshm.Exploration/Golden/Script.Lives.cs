namespace Netshm.Exploration;

/// <content>How processes come and go, and what is done to the table as a whole.</content>
internal sealed partial class Script
{
    /// <summary>A process opens the table, or creates the first one; or it wants what it can't have while others use it.</summary>
    private void Come(int slot)
    {
        if (OpenProcesses > 0 && _random.Next(8) == 0)
            Intrude(slot);
        else
            Open(slot, isNew: !_isCreated);
    }

    private void Open(int slot, bool isNew)
    {
        if (isNew)
            BeginCreation();
        RecordedProcess process = _processes[slot] ??= _simulation.NewProcess(_recorder);
        bool isAnew = isNew && _files.TableExists;
        _isSidecarInTheWay = false;
        if (!Do(slot, isNew ? "create" : "open", () => process.Open(OptionsFor(isNew)), Covered.DeathInOpening))
        {
            _processes[slot] = null;
            if (_isSidecarInTheWay)
                _files.LoseSidecar(); // As the error says.
            return;
        }

        _coverage.Count(!isNew ? Covered.Opening : isAnew ? Covered.CreationAnew : Covered.Creation);
        _isCreated = true;
        _locking = process.Table.Locking;
        _operations.HasTransactions = _locking == LockingMethod.Futex;
    }

    private void BeginCreation()
    {
        _isCreated = false; // Until it is complete: who dies in it leaves it to the next one.
        _recorder.PageSize = _shape.PageSize;
        if (_locking == LockingMethod.Auto)
            _locking = LockingMethod.Futex;
    }

    private void Close(int slot)
    {
        if (!Do(slot, "close", _processes[slot]!.Close, Covered.DeathInClosing))
            return;
        _coverage.Count(Covered.Closing);
        _isLeftByDead &= OpenProcesses > 0;
    }

    private ShmTableOptions OptionsFor(bool isNew) => new()
    {
        PageSize = _shape.PageSize,
        Init = isNew ? _shape.Init : null,
        Locking = _locking,
        ChangeFeedCapacity = _locking == LockingMethod.Futex ? _feed : 0,

        // A process that finds the lock taken gives up at once, unless the holder is dead. Under record locks all simulated
        // processes are one to the kernel.
        LockTimeout = _locking is LockingMethod.Futex or LockingMethod.Auto ? TimeSpan.Zero : null,
        OpenTimeout = TimeSpan.FromMinutes(1),
    };

    private void DrawFeed() => _feed = _random.Next(2) == 0 ? 0 : _shape.Draw([4, 16, 100]);

    /// <summary>What only works while nobody has the table open.</summary>
    private void DoWithUnusedTable(int slot)
    {
        bool hasSidecar = _locking == LockingMethod.Futex;
        switch (_random.Next(8))
        {
            case 0 when hasSidecar:
                _files.LoseSidecar();
                break;
            case 1 or 2 when hasSidecar && !_isLeftByDead:
                _files.KeepCopy();
                break;
            case 3 or 4 when hasSidecar:
                _files.RestoreCopy();
                break;
            case 5 when MayDie:
                ConvertTable(slot);
                break;
            case 6:
                _files.ForgetCopy();
                _shape.DrawTable();
                Open(slot, isNew: true);
                break;
            default:
                DrawFeed();
                _coverage.CountIf(_feed > 0, Covered.WantedFeed);
                Visit(slot);
                break;
        }
    }

    private void ConvertTable(int slot)
    {
        LockingMethod wanted = _locking == LockingMethod.Futex ? LockingMethod.Record : LockingMethod.Futex;
        RecordedProcess process = _processes[slot] = _simulation.NewProcess(_recorder);
        if (_random.Next(3) == 0)
            process.DieBefore(_shape.DrawStoresToLive());
        _files.ForgetCopy();
        _locking = LockingMethod.Auto; // The next process finds out, if this one dies.
        if (!Do(slot, $"convert to {wanted}", () => ShmTable.Convert(_simulation.Name, wanted), Covered.DeathInConversion))
            return;
        _coverage.Count(Covered.Conversion);
        _locking = wanted;
    }

    /// <summary>A process opens the table for reading only.</summary>
    private void Visit(int slot)
    {
        _coverage.Count(Covered.ReadOnlyVisit);
        _processes[slot] = _simulation.NewProcess(_recorder);
        _ = Do(slot, "visit", () =>
        {
            using var memory = SharedMemoryObject.Open(_simulation.Name, FileMode.Open, FileAccess.Read);
            using var table = ShmTable.Manage(memory, OptionsFor(isNew: false));
            _operations.Read(table);
            _operations.Read(table);
        });
    }

    /// <summary>A process wants to convert the table, or to create it anew, while others use it.</summary>
    private void Intrude(int slot)
    {
        _coverage.Count(Covered.Intrusion);
        Action intrusion = _random.Next(2) == 0
            ? () => ShmTable.Convert(_simulation.Name, LockingMethod.Record, TimeSpan.Zero)
            : () => ShmTable.Open(_simulation.Name, OptionsFor(isNew: true)).Dispose();
        _ = Do(slot, "intrude", intrusion);
    }

    /// <summary>Everybody leaves, and one more process finds the table in order.</summary>
    private void Finish()
    {
        for (int slot = 0; slot < _processes.Length; slot++)
        {
            _processes[slot]?.Live();
            if (_processes[slot] is { IsOpen: true })
                Close(slot);
        }

        const int tries = 2; // The first one may find a sidecar in its way.
        _processes[0] = null;
        for (int i = 0; i < tries && OpenProcesses == 0; i++)
            Open(0, isNew: !_isCreated);
        ShmTable table = _processes[0]!.Table;
        _ = Do(0, "examine", () =>
        {
            table.Group(() => { });
            TableReport report = table.Check();
            Assert.True(report.IsConsistent, report.ToString());
        });
        Close(0);
    }
}
