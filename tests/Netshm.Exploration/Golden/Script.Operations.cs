namespace Netshm.Exploration;

/// <content>What a process does that has the table open.</content>
internal sealed partial class Script
{
    private void Operate(int slot, ShmTable table)
    {
        bool hasFutex = _locking == LockingMethod.Futex;
        _coverage.CountIf(OpenProcesses > 1, Covered.SeveralProcesses);
        switch (_random.Next(40))
        {
            case < 6:
                _ = Do(slot, "group", () => _operations.Group(table));
                break;
            case < 14 when hasFutex:
                _ = Do(slot, "transact", () => _operations.Transact(table));
                break;
            case < 17 when hasFutex:
                ComeInBetween(slot, table);
                break;
            case < 19 when table.HasChangeFeed:
                FollowChanges(slot, table);
                break;
            case 19 when table.HasChangeFeed:
                _coverage.Count(Covered.PublisherLock);
                _ = Do(slot, "take the publisher lock", () => table.TryTakePublisherLock()?.Dispose());
                break;
            case 20 when hasFutex:
                _coverage.Count(Covered.Owning);
                _ = Do(slot, "own", _processes[slot]!.Own);
                break;
            default:
                _ = Do(slot, "operate", () => _operations.DoOne(table));
                break;
        }
    }

    /// <summary>Another process wants the table while this one holds it.</summary>
    private void ComeInBetween(int slot, ShmTable table)
    {
        int other = (slot + 1) % _processes.Length;
        if (other == slot || _processes[other] is not { IsOpen: true })
            return;
        ReleaseToNobody(other);
        _ = Do(slot, "group with another process", () => _operations.Group(table, () =>
        {
            for (int i = _random.Next(1, 4); i > 0 && _processes[other] is { IsOpen: true } process; i--)
                _ = Do(other, "come in between", () => _operations.DoOne(process.Table));
        }));
        ReleaseToNobody(slot);
    }

    /// <summary>
    /// Lets a process release the lock while nobody sleeps. One that has woken a sleeper makes one store less when it finds the
    /// lock taken, for a millisecond. The first time, the lock may be one that a dead process had, which counts as a sleeper.
    /// </summary>
    private void ReleaseToNobody(int slot)
    {
        for (int i = 0; i < 2 && _processes[slot] is { IsOpen: true } process; i++)
            _ = Do(slot, "lock", () => process.Table.Group(() => { }));
    }

    /// <summary>Reads the change feed; the next change is made when the reader is about to sleep.</summary>
    private void FollowChanges(int slot, ShmTable table)
    {
        _coverage.Count(Covered.ReadChanges);
        ChangeReader reader = table.ReadChanges(1);
        _ = Do(slot, "read changes", () =>
        {
            var changes = new TableChange[16];
            while (reader.Read(changes) > 0)
            {
                // All that the feed still holds.
            }
        });
        int other = (slot + 1) % _processes.Length;
        if (other == slot || _processes[other] is not { IsOpen: true, IsDoomed: false } writer)
            return;
        _coverage.Count(Covered.WaitForChanges);
        RecordedProcess process = _processes[slot]!;
        process.WhenWaiting = () =>
        {
            // Without this the change may be refused, if another one has become the owner.
            bool isMade = Do(other, "become the owner", writer.Own)
                && Do(other, "make a change", () => writer.Table.Replace(1, _shape.DrawShortValue()));
            Assert.True(isMade, "the change that a reader waits for can't be made");
        };
        _ = Do(slot, "wait for changes", () => reader.Wait(Timeout.InfiniteTimeSpan));
        process.WhenWaiting = null;
    }
}
