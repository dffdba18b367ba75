namespace Netshm.Fuzzing.Runs;

/// <summary>Random modifications of a table that may be damaged; of one that is not, in step with its model.</summary>
internal sealed class WriteScript(OperationGuard guard, ShmTable table, int[] keys, Random random, TableModel? model)
{
    private const int Operations = 8;

    /// <summary>Modifies the table, then checks and reads it.</summary>
    public void Run()
    {
        for (int i = 0; i < Operations; i++)
            RunOne();
        TableReport? report = null;
        guard.Run("Check after writing", () => report = table.Check());
        guard.Run("Iterate after writing", () => table.Iterate(static (_, _) => { }));
        if (model is null)
            return;
        OperationGuard.Expect(report is { IsConsistent: true }, $"writing has damaged a sound table: {report}");
        OperationGuard.Expect(
            TableDump.Format(ReadScript.ModelOf(table)) == TableDump.Format(model), "the table holds what was not written");
    }

    /// <summary>Modifies the table as if it were a typed one; there is no model of that.</summary>
    public void RunTyped(IReadOnlyList<string> typedKeys)
    {
        using var typed = new ShmHashtable<string, int[]>(DataManagers.String, DataManagers.Int32Array, table);
        guard.IsSound = false;
        string key = typedKeys[random.Next(typedKeys.Count)];
        guard.Run("typed Replace", () => typed.Replace(key, [1, 2, 3]));
        guard.Run("typed Add", () => typed.Add(key, [4]));
        guard.Run("typed Update", () => typed.Update(key, [], static words => [.. words, 5]));
        guard.Run("typed Remove", () => typed.Remove(key));
    }

    private void RunOne()
    {
        int key = keys[random.Next(keys.Length)];
        int[] value = AnyValue();
        switch (random.Next(10))
        {
            case 0 or 1:
                if (guard.Run("Add", () => table.Add(key, value)))
                    model?.Add(key, value);
                break;
            case 2 or 3:
                if (guard.Run("Replace", () => table.Replace(key, value)))
                    model?.Replace(key, value);
                break;
            case 4 or 5:
                Remove(key);
                break;
            case 6:
                WriteMany(value);
                break;
            case 7:
                WriteBlocks(key);
                break;
            case 8:
                RunGroup(key, value);
                break;
            default:
                Transact(key, value);
                break;
        }
    }

    private int[] AnyValue()
    {
        int[] value = new int[random.Next(4) == 0 ? random.Next(300) : random.Next(20)];
        value.AsSpan().Fill(random.Next());
        return value;
    }

    private void Remove(int key)
    {
        bool removed = false;
        guard.Run("Remove", () => removed = table.Remove(key));
        if (model is not null)
            OperationGuard.Expect(removed == model.Remove(key), $"Remove of key {key} says {removed}");
    }

    private void WriteMany(int[] value)
    {
        int[] lengths = new int[keys.Length];
        lengths[0] = value.Length;
        bool replace = random.Next(2) == 0;
        if (!guard.Run(replace ? "ReplaceMany" : "AddMany", () => WriteMany(value, lengths, replace)) || model is null)
            return;
        for (int i = 0; i < keys.Length; i++)
        {
            if (replace)
                model.Replace(keys[i], i == 0 ? value : []);
            else
                model.Add(keys[i], i == 0 ? value : []);
        }
    }

    private void WriteMany(int[] value, int[] lengths, bool replace)
    {
        if (replace)
            table.ReplaceMany(keys, value, lengths);
        else
            table.AddMany(keys, value, lengths);
    }

    /// <summary>Leaves the newest binding as it is and removes the one below it.</summary>
    private void WriteBlocks(int key)
    {
        int binding = 0;
        bool isDone = guard.Run("WriteBlocks", () => table.WriteBlocks(key, WriteOperations.RemoveBinding, (_, isEnd) =>
        {
            if (!isEnd)
                return BlockDecision.Continue;
            return binding++ == 1 ? BlockDecision.Remove(BlockControl.Break) : BlockDecision.Continue;
        }));
        if (isDone)
            model?.RemoveAt(key, 1);
    }

    private void RunGroup(int key, int[] value)
    {
        bool isDone = guard.Run("group", () => table.Group(() =>
        {
            table.Add(key, value);
            table.PublishGroup();
            _ = table.FindAll(key);
            table.Replace(key, []);
        }));
        if (isDone)
            model?.Add(key, []);
    }

    /// <summary>Transactions that fail leave nothing behind.</summary>
    private void Transact(int key, int[] value)
    {
        if (table.Locking != LockingMethod.Futex)
            return;
        guard.Run("Transact", () =>
        {
            try
            {
                table.Transact(void () =>
                {
                    table.Add(key, value);
                    table.Remove(keys[0]);
                    table.Replace(keys[^1], value);
                    throw new OperationCanceledException();
                });
            }
            catch (OperationCanceledException)
            {
                // As intended.
            }
        });
    }
}
