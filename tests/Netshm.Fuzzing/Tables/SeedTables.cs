using System.IO.Compression;

namespace Netshm.Fuzzing.Tables;

/// <summary>Sound tables of all shapes: every page size, and everything that the format knows.</summary>
internal static class SeedTables
{
    private const int MasterWritingWord = 8;

    /// <summary>The keys of the typed seed, some of which take several pages.</summary>
    public static IReadOnlyList<string> TypedKeys { get; } =
        [.. Enumerable.Range(0, 30).Select(static i => $"key {new string('ä', i * 3)} {i}")];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SeedTable> All { get; } = Make();

    /// <summary>The same as futex tables: some that no process has come to, some whose sidecar is lost.</summary>
    public static IReadOnlyList<SeedTable> AllOfFutex { get; } =
        [.. All.SelectMany(static seed => new[] { seed.With(LockingMethod.Futex), seed.With(LockingMethod.Futex, 7) })];

    private static List<SeedTable> Make()
    {
        List<SeedTable> tables = [];
        foreach (int pageSize in (int[])[64, 100, 156, 160, 256, 1024])
            tables.Add(MakeTable($"grown-{pageSize}", pageSize, Fill));
        tables.Add(MakeTable("empty", 256, static _ => { }));
        tables.Add(MakeTable("one-key", 64, static table => table.Add(7, [7, 7, 7])));
        tables.Add(MakeTable("stack", 100, static table => AddStack(table, 5, 40)));
        tables.Add(MakeTable("long-value", 64, static table => table.Add(3, [.. Enumerable.Range(0, 1500)])));
        tables.Add(MakeTable("unbound", 160, Unbind));
        tables.Add(MakeTable("typed", 128, FillTyped));
        tables.Add(MakeArray());
        tables.Add(Mark(tables[4]));
        for (int phase = 1; phase <= 3; phase++)
            tables.Add(MakeInRehash(phase));
        tables.Add(ReadGolden(160));
        tables.Add(ReadGolden(256));
        return tables;
    }

    /// <summary>Several extents, values of one and of several pages, hidden bindings, unbound cells and free pages.</summary>
    private static void Fill(ShmTable table)
    {
        int wordsPerPage = table.PageSize / sizeof(int);
        int[] lengths = [0, 1, wordsPerPage - 6, wordsPerPage - 5, (2 * wordsPerPage) - 10, 2 * wordsPerPage, 3];
        for (int key = 0; key < 40; key++)
            table.Add(key * 3, ValueOf(key, lengths[key % lengths.Length]));
        AddStack(table, 6, 4);
        AddStack(table, int.MinValue, 2);
        AddStack(table, -1, 3);
        for (int key = 0; key < 40; key += 4)
            Assert.True(table.Remove(key * 3));
        for (int key = 1; key < 20; key += 4)
            table.Replace(key * 3, ValueOf(-key, lengths[(key + 1) % lengths.Length]));
    }

    private static void AddStack(ShmTable table, int key, int bindings)
    {
        for (int i = 0; i < bindings; i++)
            table.Add(key, ValueOf(key + i, 1 + i));
    }

    private static void Unbind(ShmTable table)
    {
        for (int key = 0; key < 200; key++)
        {
            table.Add(key, [key]);
            if (key % 20 != 0)
                table.Remove(key);
        }
    }

    private static void FillTyped(ShmTable table)
    {
        using var typed = new ShmHashtable<string, int[]>(DataManagers.String, DataManagers.Int32Array, table);
        foreach (string key in TypedKeys)
        {
            typed.Add(key, [key.Length, 1, 2]);
            typed.Add(key, [.. Enumerable.Range(0, key.Length)]);
        }
    }

    private static SeedTable MakeTable(string name, int pageSize, Action<ShmTable> fill)
    {
        using var temp = new TempTable(
            options: new ShmTableOptions { PageSize = pageSize, Init = 2, Locking = LockingMethod.None });
        using (ShmTable table = temp.Open())
            fill(table);
        return Read(name, temp, pageSize);
    }

    /// <summary>As a process leaves it that dies in a rehash under record locks.</summary>
    private static SeedTable MakeInRehash(int phase)
    {
        const int PageSize = 64, PhaseWord = 7;
        using var temp = new TempTable(
            options: new ShmTableOptions { PageSize = PageSize, Init = 50, Locking = LockingMethod.Futex });
        using ShmTable table = temp.Open();
        for (int key = 0; table.Memory[1, PhaseWord] != phase; key++)
            table.Add(key * 3, ValueOf(key, key % 20));
        byte[] file = File.ReadAllBytes(temp.Name.MemoryPath);
        return new SeedTable($"rehash-{phase}", file, PageSize, KeysOf(table)).With(LockingMethod.Record);
    }

    private static SeedTable MakeArray()
    {
        const int PageSize = 64;
        using var temp = new TempTable();
        var options = new ShmTableOptions { PageSize = PageSize, Init = 2, Locking = LockingMethod.None };
        using (var array = ShmArray<long>.Open(0, DataManagers.Int64, temp.Name, options, init: 50))
        {
            for (int i = 0; i < array.Length; i += 2)
                array[i] = i;
        }

        return Read("array", temp, PageSize);
    }

    private static SeedTable Read(string name, TempTable temp, int pageSize)
    {
        byte[] file = File.ReadAllBytes(temp.Name.MemoryPath);
        using ShmTable table = temp.Open(new ShmTableOptions { PageSize = pageSize, Locking = LockingMethod.None });
        return new SeedTable(name, file, pageSize, KeysOf(table));
    }

    /// <summary>The same as if a process had died while it modified it under record locks.</summary>
    private static SeedTable Mark(SeedTable table)
    {
        byte[] file = new byte[table.Words.Length * sizeof(int)];
        Buffer.BlockCopy(table.Words, 0, file, 0, file.Length);
        file[MasterWritingWord * sizeof(int)] = 1;
        return new SeedTable(table.Name + "-marked", file, table.PageSize, table.Keys);
    }

    /// <summary>A table that real Ocamlnet wrote.</summary>
    private static SeedTable ReadGolden(int pageSize)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "golden", $"table-{pageSize}.shm.gz");
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var content = new MemoryStream();
        file.CopyTo(content);
        return new SeedTable($"ocamlnet-{pageSize}", content.ToArray(), pageSize, Enumerable.Range(0, 40));
    }

    private static List<int> KeysOf(ShmTable table)
    {
        List<int> keys = [];
        table.IterateKeys(keys.Add);
        return keys;
    }

    private static int[] ValueOf(int seed, int lengthInWords) =>
        [.. Enumerable.Range(seed * 1000, Math.Max(0, lengthInWords))];
}
