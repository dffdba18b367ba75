using Netshm.Fuzzing.Tables;

namespace Netshm.Fuzzing.Runs;

/// <summary>Every operation that reads, on a table that may be damaged.</summary>
internal sealed class ReadScript(OperationGuard guard, ShmTable table, int[] keys, WordSink sink)
{
    private const int TimesTheFileForObjects = 16;

    private readonly int[] _lengths = new int[keys.Length];

    /// <summary>Checks the table, then reads it in every way.</summary>
    /// <returns>What it holds when nothing is wrong with it, else null.</returns>
    public TableModel? Run()
    {
        TableReport? report = null;
        guard.Run("Check", () => report = table.Check());
        guard.IsSound = report is { IsConsistent: true };
        foreach (int key in keys)
            ReadKey(key);
        guard.Run("FindMany", () => table.FindMany(keys, sink, _lengths));
        ReadAll();
        guard.Run("reading group", () => table.Group(() => table.Contains(keys[0]), GroupIntent.Read));
        guard.Run("group on demand", () => table.Group(() => table.Contains(keys[0]), GroupIntent.OnDemand));
        guard.Run("Memory", () => _ = table.Memory[1, Math.Abs(keys[0] % table.Memory.WordsPerPage)]);
        return guard.IsSound ? Compare(report!) : null;
    }

    /// <summary>Reads the table as if it were a typed one.</summary>
    public void RunTyped()
    {
        using var typed = new ShmHashtable<string, int[]>(DataManagers.String, DataManagers.Int32Array, table);
        guard.IsSound = false; // Its words need not be strings.
        for (int i = 0; i < SeedTables.TypedKeys.Count; i += 7)
        {
            string key = SeedTables.TypedKeys[i];
            guard.Run("typed TryFind", () => typed.TryFind(key, out _));
            guard.Run("typed FindAll", () => typed.FindAll(key));
            guard.Run("typed Contains", () => typed.Contains(key));
        }

        // The objects are the caller's, one after the other: a string for each cell of 16 bytes, whatever cells share.
        guard.Run("typed Iterate", () => typed.Iterate(static (_, _) => { }), TimesTheFileForObjects);
        guard.Run("typed IterateKeys", () => typed.IterateKeys(static _ => { }), TimesTheFileForObjects);
    }

    private void ReadKey(int key)
    {
        guard.Run("TryFind", () => table.TryFind(key, out _));
        guard.Run("TryFind into a span", () => ReadIntoSpan(key));
        guard.Run("Find", () => FindOrNot(key));
        guard.Run("FindAll", () => table.FindAll(key));
        guard.Run("Contains", () => table.Contains(key));
        guard.Run("ReadBlocks", () => table.ReadBlocks(key, static (_, _) => BlockControl.Continue));
    }

    private void ReadAll()
    {
        guard.Run("Count", () => _ = table.Count);
        guard.Run("Iterate", () => table.Iterate(static (_, _) => { }));
        guard.Run("IterateKeys", () => table.IterateKeys(static _ => { }));
        guard.Run("Fold", () => table.Fold(0L, static (_, value, sum) => sum + value.Length));
        guard.Run("GetStatistics", () => table.GetStatistics());
        guard.Run("Dump", () => table.Dump(TextWriter.Null));
        guard.Run("Flush", table.Flush);
    }

    private void ReadIntoSpan(int key)
    {
        Span<int> words = stackalloc int[64];
        try
        {
            _ = table.TryFind(key, words, out _);
        }
        catch (ValueTooLongException)
        {
            // That is an answer.
        }
    }

    private void FindOrNot(int key)
    {
        try
        {
            _ = table.Find(key);
        }
        catch (KeyNotFoundException)
        {
            // That is an answer.
        }
    }

    /// <summary>Makes sure that all ways of reading agree.</summary>
    private TableModel Compare(TableReport report)
    {
        TableModel model = ModelOf(table);
        OperationGuard.Expect(model.Count == table.Count, $"Count is {table.Count}; Iterate finds {model.Count} bindings");
        OperationGuard.Expect(report.Bindings == model.Count && report.Keys == model.Keys.Count, $"{report} counts otherwise");
        foreach (int key in model.Keys.Concat(keys).Distinct())
            CompareKey(model, key);
        List<int> found = [];
        table.IterateKeys(found.Add);
        OperationGuard.Expect(found.Order().SequenceEqual(model.Keys.Order()), "IterateKeys finds other keys than Iterate");
        return model;
    }

    private void CompareKey(TableModel model, int key)
    {
        bool isBound = table.TryFind(key, out int[]? value);
        OperationGuard.Expect(
            isBound == model.Contains(key) && isBound == table.Contains(key)
            && (!isBound || value.AsSpan().SequenceEqual(model.Find(key))),
            $"TryFind or Contains of key {key} do not agree with Iterate");
        OperationGuard.Expect(
            table.FindAll(key).SelectMany(static words => words).SequenceEqual(model.FindAll(key).SelectMany(static words => words)),
            $"FindAll of key {key} does not agree with Iterate");
    }

    /// <summary>What a table holds, by <see cref="ShmTable.Iterate"/>.</summary>
    public static TableModel ModelOf(ShmTable table)
    {
        List<(int Key, int[] Value)> bindings = [];
        table.Iterate((key, value) => bindings.Add((key, value.ToArray())));
        var model = new TableModel();
        for (int i = bindings.Count - 1; i >= 0; i--)
            model.Add(bindings[i].Key, bindings[i].Value);
        return model;
    }
}
