namespace Netshm.Worker;

/// <summary>Writes at random to a worker's own keys, acknowledging each write, and reads those of others.</summary>
internal sealed class Churn(ShmTable table, AckBoard board, BoardCheck check, int worker, int workers, Random random)
{
    private const int MostInGroup = 6;
    private const int MostPassingKeys = 40;

    private bool HasTransactions => table.Locking == LockingMethod.Futex;

    /// <summary>Does one thing.</summary>
    public void Step()
    {
        switch (random.Next(20))
        {
            case 0:
                table.Group(() =>
                {
                    for (int i = random.Next(MostInGroup); i >= 0; i--)
                        Write();
                });
                break;
            case 1 or 2 when HasTransactions:
                WritePair();
                break;
            case 3 or 4 or 5:
                ReadOfOthers();
                break;
            case 6 when HasTransactions:
                ReadPairOfOthers();
                break;
            default:
                Write();
                break;
        }
    }

    private void Write()
    {
        int slot = random.Next(AckBoard.FirstPairSlot);
        SlotState before = board.Acknowledged(worker, slot);
        (SlotState after, Action<int> write) = NextWrite(before);
        board.Begin(worker, slot, after);
        write(after.Key);
        board.Acknowledge(worker, slot);
        board.Count(worker, BoardCounter.Writes);
    }

    /// <summary>Does the same to both keys of a pair, among other changes, in a transaction that may be taken back.</summary>
    private void WritePair()
    {
        int slot = random.Next(AckBoard.FirstPairSlot, AckBoard.Slots);
        (SlotState after, Action<int> write) = NextWrite(board.Acknowledged(worker, slot));
        int passingKeys = random.Next(2) * random.Next(MostPassingKeys);
        bool takeBack = random.Next(8) == 0;
        board.Begin(worker, slot, after);
        try
        {
            table.Transact(() =>
            {
                write(after.Key);
                for (int i = 0; i < passingKeys; i++)
                    table.Add(AckBoard.PassingKey(worker, slot, i), StampedValue.Make(i, i));
                write(AckBoard.Partner(after.Key));
                if (takeBack)
                    throw new TakenBackException();
                for (int i = 0; i < passingKeys; i++)
                    table.Remove(AckBoard.PassingKey(worker, slot, i));
            });
            board.Acknowledge(worker, slot);
            board.Count(worker, BoardCounter.Writes);
        }
        catch (TakenBackException)
        {
            board.Abandon(worker, slot);
            board.Count(worker, BoardCounter.TakenBack);
        }
    }

    private (SlotState After, Action<int> Write) NextWrite(SlotState before)
    {
        int version = random.Next();
        IReadOnlyList<int> versions = before.Versions;
        switch (random.Next(8))
        {
            case var _ when versions.Count == 0:
                int fresh = AckBoard.NextKey(before.Key);
                return (new SlotState(fresh, [version]), key => table.Add(key, StampedValue.Make(key, version)));
            case 0 or 1 when versions.Count < AckBoard.MostVersions:
                return (before with { Versions = [version, .. versions] },
                    key => table.Add(key, StampedValue.Make(key, version)));
            case 2 or 3 or 4:
                return (before with { Versions = [.. versions.Skip(1)] }, Remove);
            case 5:
                return (before with { Versions = [.. versions.SkipLast(1)] }, key => RemoveOldest(key, versions.Count));
            default:
                return (before with { Versions = [version, .. versions.Skip(1)] },
                    key => table.Replace(key, StampedValue.Make(key, version)));
        }
    }

    private void Remove(int key)
    {
        if (!table.Remove(key))
            throw new InvalidOperationException(FormattableString.Invariant($"Key {key} was not bound"));
    }

    private void RemoveOldest(int key, int bindings)
    {
        int seen = 0;
        table.WriteBlocks(key, WriteOperations.RemoveBinding, (_, isEnd) =>
            isEnd && ++seen == bindings ? BlockDecision.Remove(BlockControl.Break) : BlockDecision.Continue);
    }

    private void ReadOfOthers()
    {
        int key = board.Acknowledged(random.Next(workers), random.Next(AckBoard.FirstPairSlot)).Key;
        if (random.Next(4) == 0)
            _ = check.VersionsOf(key);
        else if (table.TryFind(key, out int[]? value))
            _ = StampedValue.VersionOf(key, value);
        board.Count(worker, BoardCounter.Reads);
    }

    private void ReadPairOfOthers()
    {
        int slot = random.Next(AckBoard.FirstPairSlot, AckBoard.Slots);
        int key = board.Acknowledged(random.Next(workers), slot).Key;
        (IReadOnlyList<int> first, IReadOnlyList<int> second) = table.Group(
            () => (check.VersionsOf(key), check.VersionsOf(AckBoard.Partner(key))), GroupIntent.Read);
        if (!first.SequenceEqual(second))
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"The pair of key {key} is torn: [{string.Join(", ", first)}] and [{string.Join(", ", second)}]"));
        }

        board.Count(worker, BoardCounter.Reads);
    }

    private sealed class TakenBackException : Exception;
}
