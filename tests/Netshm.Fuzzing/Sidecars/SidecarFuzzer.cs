using System.Buffers.Binary;
using Netshm.Fuzzing.Runs;

namespace Netshm.Fuzzing.Sidecars;

/// <summary>Damages sidecars and uses their tables, alone or beside a process that lives.</summary>
internal sealed class SidecarFuzzer : IFuzzer
{
    private const long FirstLifeByte = 1L << 62;
    private const int SleepersBit = int.MinValue, BlockInBytes = 4096;

    private static readonly int[] s_slots = [0, 1, 2, 5, 4095];

    private readonly SharedMemoryName _name = TempTable.FreshName();
    private readonly IReadOnlyList<SidecarSeed> _seeds;
    private int? _livingSlot;
    private bool _isLocked;
    private bool _mustNotUndo;

    public SidecarFuzzer()
    {
        _seeds = [.. SidecarSeed.Take(_name, changes: 16), .. SidecarSeed.Take(_name, changes: 0)];
        Guard = new OperationGuard { MayThrow = MayThrow };
    }

    public OperationGuard Guard { get; }

    public string FilePath => _name.MemoryPath;

    private string SidecarPath => FilePath + ".netshm";

    public void Run(int number, Random random)
    {
        SidecarSeed seed = _seeds[random.Next(_seeds.Count)];
        byte[] sidecar = [.. seed.Sidecar];
        var mutator = new SidecarMutator(sidecar, random);
        for (int damages = random.Next(1, 6); damages > 0; damages--)
            mutator.Damage();
        _livingSlot = random.Next(3) == 0 ? s_slots[random.Next(s_slots.Length)] : null;
        _isLocked = false;
        File.WriteAllBytes(FilePath, seed.Table);
        bool isCut = WriteSidecar(sidecar, random, out string cut);
        long sidecarBefore = new FileInfo(SidecarPath).Length;
        string neighbour = _livingSlot is { } slot ? $", slot {slot} lives" : "";
        Guard.Begin(number, $"{seed.Name}: {string.Join(", ", mutator.Log)}{cut}{neighbour}", seed.Table.Length + sidecar.Length);
        bool isOfAnotherTime = IsOfAnotherTime(seed, sidecar);
        bool mustBeRight = mutator.IsHarmless && !isCut && !(isOfAnotherTime && seed.HasUnfinishedWork)
            && (_livingSlot is null || MayHaveNeighbour(seed, sidecar));
        _mustNotUndo = isOfAnotherTime && mutator.IsHarmless && !isCut && _livingSlot is null;
        using (FileStream? neighbourFile = Neighbour())
            Use(mustBeRight ? seed.Contents : null, random);
        ConvertAndUse(mustBeRight);
        Guard.IsSound = mustBeRight;
        CheckGrowth(number, seed.Table.Length, sidecar.Length, sidecarBefore);
    }

    public void Dispose()
    {
        File.Delete(FilePath);
        File.Delete(SidecarPath);
    }

    /// <summary>Writes the sidecar, some of them cut, lengthened or with holes.</summary>
    private bool WriteSidecar(byte[] sidecar, Random random, out string change)
    {
        int kind = random.Next(20);
        int length = kind switch
        {
            0 => random.Next(sidecar.Length),
            1 => sidecar.Length - random.Next(1, 4096),
            2 => sidecar.Length + random.Next(1, 4096),
            4 => sidecar.Length + random.Next(1, int.MaxValue - sidecar.Length),
            _ => sidecar.Length,
        };
        using FileStream file = File.Create(SidecarPath);
        file.Write(sidecar, 0, kind == 3 ? BlockInBytes : Math.Min(length, sidecar.Length)); // In case 3 the rest is a hole.
        file.SetLength(length);
        change = kind <= 4 ? $", cut ({kind}) to {length}" : "";
        return kind <= 4;
    }

    /// <summary>Whether what is there can be the work of processes of which one lives.</summary>
    private static bool MayHaveNeighbour(SidecarSeed seed, byte[] sidecar)
    {
        int word = SidecarLayout.IntAt(sidecar, SidecarLayout.LockWordOffset);
        return seed.MayHaveNeighbour && (word & ~SleepersBit) is >= 0 and <= 4096;
    }

    /// <summary>Whether a sidecar says that the table was restored from a copy, or the sidecar was.</summary>
    private static bool IsOfAnotherTime(SidecarSeed seed, byte[] sidecar)
    {
        int stamp = SidecarLayout.IntAt(sidecar, SidecarLayout.Of(seed.Sidecar).JournalOffset + SidecarLayout.StampInJournal);
        return SidecarLayout.IntAt(sidecar, SidecarLayout.GenerationOffset) != seed.Generation || stamp >> 1 != seed.Stamp >> 1;
    }

    /// <summary>Makes a slot that of a living process: the kernel tells open files apart, not who has them open.</summary>
    private FileStream? Neighbour()
    {
        if (_livingSlot is not { } slot)
            return null;
        FileStream file = new(SidecarPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.Lock(FirstLifeByte + slot, 1);
        return file;
    }

    private void Use(string? contents, Random random)
    {
        Guard.IsSound = contents is not null;
        var options = new ShmTableOptions { Locking = LockingMethod.Futex, LockTimeout = TimeSpan.FromMilliseconds(20) };
        using ShmTable? table = Guard.Open("opening", () => ShmTable.Open(_name, options));
        if (table is null)
            return;
        ExpectJournalIsLeftAlone(table);
        int key = random.Next(SidecarSeed.Keys);
        Run("TryFind", () => table.TryFind(key, out _));
        Run("FindAll", () => table.FindAll(key));
        Run("Iterate", () => table.Iterate(static (_, _) => { }));
        if (contents is not null && !_isLocked)
            OperationGuard.Expect(TableDump.Format(table) == contents, "the table does not hold what it held");
        Run("Check", () => table.Check());
        Run("Replace", () => table.Replace(key, new int[random.Next(60)]));
        Run("Remove", () => table.Remove(key + 1));
        Run("Transact", () => table.Transact(() => table.Replace(key, [1])));
        Run("group", () => table.Group(() => table.Add(key, [1])));
        Run("Iterate again", () => table.Iterate(static (_, _) => { }));
        FollowChanges(table);
        if (contents is not null && !_isLocked)
            OperationGuard.Expect(table.Check().IsConsistent, $"the table is damaged now: {table.Check()}");
        Guard.Run("closing", table.Dispose);
    }

    /// <summary>What is of another time is never taken back; the table is looked at instead.</summary>
    private void ExpectJournalIsLeftAlone(ShmTable table)
    {
        OperationGuard.Expect(
            !_mustNotUndo || table.LastRecovery is { Scanned: true, RecordsUndone: 0 },
            $"with a sidecar of another time: {table.LastRecovery}");
    }

    /// <summary>Reads the change feed, which may be damaged where the table is not.</summary>
    private void FollowChanges(ShmTable table)
    {
        bool isSound = Guard.IsSound;
        Guard.IsSound = false;
        var changes = new TableChange[4];
        Run("changes", () =>
        {
            if (!table.HasChangeFeed)
                return;
            ChangeReader reader = table.ReadChanges(from: 1);
            for (long before = 0; reader.Read(changes) > 0; before = reader.Next)
                OperationGuard.Expect(reader.Next > before, $"the feed goes back from {before} to {reader.Next}");
        });
        Guard.IsSound = isSound;
    }

    /// <summary>Uses the table with record locks: that is refused until it is converted, as it can be now that nobody lives.</summary>
    private void ConvertAndUse(bool mustBeRight)
    {
        var options = new ShmTableOptions { Locking = LockingMethod.Record, LockTimeout = TimeSpan.FromMilliseconds(20) };
        _livingSlot = null;
        Guard.IsSound = false;
        using (ShmTable? refused = Guard.Open("opening with record locks", () => ShmTable.Open(_name, options)))
            OperationGuard.Expect(refused is null, "a futex table is opened with record locks");
        Guard.IsSound = mustBeRight;
        if (!Guard.Run("converting", () => ShmTable.Convert(_name, LockingMethod.Record, TimeSpan.FromMilliseconds(20))))
            return;
        using ShmTable? table =
            Guard.Open("opening with record locks when converted", () => ShmTable.Open(_name, options));
        OperationGuard.Expect(table is not null, "a table that was converted can't be opened");
        Guard.Run("Iterate with record locks", () => table!.Iterate(static (_, _) => { }));
        Guard.Run("Add with record locks", () => table!.Add(1, [1]));
        Guard.Run("closing with record locks", table!.Dispose);
    }

    /// <summary>Runs an operation, unless a living process is known to hold the lock for ever.</summary>
    private void Run(string operation, Action body)
    {
        if (!_isLocked)
            Guard.Run(operation, body);
    }

    private bool MayThrow(Exception error)
    {
        // Who is said to hold the lock lives: that may be true, so it is waited for.
        if (error is LockTimeoutException && (ReadLockWord() & ~SleepersBit) == _livingSlot + 1)
        {
            _isLocked = true;
            Guard.IsSound = false;
            return true;
        }

        return error is UntrustedFileException or (NetshmException and not (LockTimeoutException or DeadlockException));
    }

    private int ReadLockWord()
    {
        using FileStream file = new(SidecarPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> word = stackalloc byte[sizeof(int)];
        file.Position = SidecarLayout.LockWordOffset;
        file.ReadExactly(word);
        return BinaryPrimitives.ReadInt32LittleEndian(word);
    }

    private void CheckGrowth(int number, long lengthInBytes, long soundSidecar, long sidecarBefore)
    {
        const long LimitInBytes = 256 << 10;
        long growth = new FileInfo(FilePath).Length - lengthInBytes;
        Guard.Figures.AddGrowth(growth, lengthInBytes, number);
        OperationGuard.Expect(growth <= LimitInBytes, $"the table has become longer by {growth} bytes");
        if (new FileInfo(SidecarPath) is { Exists: true, Length: var length })
        {
            long limit = Math.Max(sidecarBefore, soundSidecar + SidecarLayout.MaxJournalInBytes);
            OperationGuard.Expect(length <= limit, $"the sidecar has {length} bytes");
        }
    }
}
