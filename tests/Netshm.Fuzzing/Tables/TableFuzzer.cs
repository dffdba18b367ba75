using Netshm.Fuzzing.Runs;

namespace Netshm.Fuzzing.Tables;

/// <summary>Damages table files and uses each of them, first for reading, then for writing.</summary>
internal sealed class TableFuzzer : IFuzzer
{
    /// <summary>
    /// How much longer than the greater of it and this a file may get by a few modifications: the hash table doubles, and
    /// files grow in steps of 64 KiB.
    /// </summary>
    private const long LeastLengthInBytes = 256 << 10;

    private readonly SharedMemoryName _name = TempTable.FreshName();
    private readonly WordSink _sink = new();

    public OperationGuard Guard { get; } = new();

    public string FilePath => _name.MemoryPath;

    public void Run(int number, Random random)
    {
        DamagedTable table = DamagedTable.Make(IsFutex(number) ? SeedTables.AllOfFutex : SeedTables.All, random);
        table.WriteTo(FilePath);
        Guard.Begin(number, table.Damages, table.LengthInBytes);
        ShmTableOptions options = OptionsFor(number);
        Use(
            number % 3 == 0 ? options : options with { PageSize = table.Seed.PageSize },
            SomeKeys(table.Seed.Keys, random),
            random,
            table.LengthInBytes);
    }

    /// <summary>Uses a file of any content, with the locking method that it says.</summary>
    public void RunOn(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        File.WriteAllBytes(FilePath, file);
        Guard.Begin(file.Length, "any content", file.Length);
        Use(OptionsFor(file.Length) with { Locking = LockingMethod.Auto }, [-1, 0, 3, 6, 18, int.MinValue], new Random(file.Length), file.Length);
    }

    public void Dispose()
    {
        File.Delete(FilePath);
        File.Delete(FilePath + ".netshm");
    }

    private void Use(ShmTableOptions options, int[] keys, Random random, int lengthInBytes)
    {
        int number = Guard.Number;
        _sink.Reserve(lengthInBytes / sizeof(int));
        byte[] before = File.ReadAllBytes(FilePath);
        Read(options, keys, isTyped: number % 4 == 0);
        OperationGuard.Expect(
            File.ReadAllBytes(FilePath).AsSpan().SequenceEqual(before), "reading has changed the file");
        bool isSound = Write(options, keys, random, isTyped: number % 4 == 1);
        CheckGrowth(lengthInBytes, number);
        Guard.IsSound = isSound;
        File.Delete(FilePath + ".netshm");
    }

    private void Read(ShmTableOptions options, int[] keys, bool isTyped)
    {
        using SharedMemoryObject memory = SharedMemoryObject.Open(_name, FileMode.Open, FileAccess.Read);
        using ShmTable? table = Guard.Open("opening for reading", () => ShmTable.Manage(memory, options));
        if (table is null)
            return;
        var script = new ReadScript(Guard, table, keys, _sink);
        script.Run();
        if (isTyped)
            script.RunTyped();
        Guard.IsSound = false;
        Guard.Run("closing after reading", table.Dispose);
    }

    /// <summary>Uses the file for writing; says whether nothing was wrong with it.</summary>
    private bool Write(ShmTableOptions options, int[] keys, Random random, bool isTyped)
    {
        using ShmTable? table = Guard.Open("opening for writing", () => ShmTable.Open(_name, options));
        if (table is null)
            return false;
        TableModel? model = new ReadScript(Guard, table, keys, _sink).Run();
        var script = new WriteScript(Guard, table, keys, random, model);
        script.Run();
        Guard.NoteLength(new FileInfo(FilePath).Length);
        if (isTyped)
            script.RunTyped(SeedTables.TypedKeys);
        Guard.NoteLength(new FileInfo(FilePath).Length);
        Guard.IsSound = false;
        if (isTyped)
            UseAsArray(options, random);
        Guard.Run("closing after writing", table.Dispose);
        return model is not null;
    }

    private void UseAsArray(ShmTableOptions options, Random random)
    {
        using ShmArray<long>? array =
            Guard.Open("opening an array", () => ShmArray<long>.Open(0, DataManagers.Int64, _name, options));
        if (array is null)
            return;
        int length = 0;
        if (!Guard.Run("Length", () => length = array.Length))
            return;
        int index = random.Next(Math.Max(1, Math.Min(length, 60)));
        if (index < length)
        {
            Guard.Run("getting an element", () => _ = array[index]);
            Guard.Run("setting an element", () => array[index] = 12345);
        }

        Guard.Run("Resize", () => array.Resize(length / 2));
    }

    private void CheckGrowth(long lengthInBytes, int number)
    {
        long growth = new FileInfo(FilePath).Length - lengthInBytes;
        Guard.Figures.AddGrowth(growth, lengthInBytes, number);
        OperationGuard.Expect(
            growth <= 2 * Math.Max(lengthInBytes, LeastLengthInBytes), $"writing has made the file longer by {growth} bytes");
    }

    /// <summary>Whether a file is a table with futex locking, in so far as it is not damaged.</summary>
    private static bool IsFutex(int number) => number % 8 == 0;

    private static ShmTableOptions OptionsFor(int number)
    {
        LockingMethod locking = (number % 16) switch
        {
            0 => LockingMethod.Futex,
            8 or 5 => LockingMethod.Auto,
            var rest => rest % 2 == 0 ? LockingMethod.None : LockingMethod.Record,
        };
        return new ShmTableOptions { Locking = locking, LockTimeout = TimeSpan.FromMilliseconds(200) };
    }

    private static int[] SomeKeys(IReadOnlyList<int> bound, Random random)
    {
        HashSet<int> keys = [-1, random.Next(1000)];
        for (int i = 0; i < 4 && bound.Count > 0; i++)
            keys.Add(bound[random.Next(bound.Count)]);
        return [.. keys];
    }
}
