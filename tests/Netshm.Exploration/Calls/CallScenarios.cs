using static Netshm.Exploration.CallRun;

namespace Netshm.Exploration;

/// <summary>Everything that is done to a table by calls of the C library.</summary>
internal static partial class CallScenarios
{
    private const string Few = "1=1 2=2,2";

    public static IEnumerable<CallScenario> All =>
        Opening.Concat(Using).Concat(Leaving).Concat(Objects).Concat(Waiting).Concat(InDoubt);

    private static ShmTableOptions WithFeed { get; } = Futex with { ChangeFeedCapacity = 64 };

    private static ShmTableOptions None { get; } = Options(LockingMethod.None);

    private static ShmTableOptions Auto { get; } = Options(LockingMethod.Auto);

    private static IEnumerable<CallScenario> Opening =>
    [
        new() { Name = "create", Act = run => run.Open(Auto), Later = Auto },
        new() { Name = "create with a feed", Act = run => run.Open(WithFeed), Later = WithFeed },
        new() { Name = "create under Record", Act = run => run.Open(ByRecord), Later = ByRecord },
        new() { Name = "create without locking", Act = run => run.Open(None), Later = ByRecord },
        new() { Name = "create on a disk", IsOnDisk = true, Act = run => run.Open(ByRecord), Later = ByRecord },
        new()
        {
            Name = "create where nothing can be allocated", Act = run => run.Open(Futex),
            Given = [new(FaultPoint.Allocate, Libc.EOPNOTSUPP)],
        },
        new() { Name = "open", Prepare = Fill(Futex), Act = run => run.Open(Futex), Allowed = [Few] },
        new()
        {
            Name = "open by the method that it has", Prepare = Fill(Futex), Act = run => run.Open(Auto), Allowed = [Few],
            Later = Auto,
        },
        new() { Name = "open under Record", Prepare = Fill(ByRecord), Act = run => run.Open(ByRecord), Allowed = [Few], Later = ByRecord },
        new()
        {
            Name = "convert to Futex", Prepare = Fill(ByRecord), Allowed = [Few], Later = Auto,
            Act = run => ShmTable.Convert(run.Files.Name, LockingMethod.Futex),
        },
        new()
        {
            Name = "convert to Record", Prepare = Fill(Futex), Allowed = [Few], Later = Auto,
            Act = run => ShmTable.Convert(run.Files.Name, LockingMethod.Record),
        },
        new()
        {
            Name = "open without its sidecar", Allowed = [Few], Act = run => run.Open(Futex),
            Prepare = run =>
            {
                LoseSidecar(run);
                File.WriteAllBytes(run.Files.Name.SidecarDraftPath, new byte[6000]); // As a power cut may leave one.
            },
        },
        new()
        {
            Name = "create beside an old sidecar", Act = run => run.Open(Futex), Prepare = run =>
            {
                Fill(Futex)(run);
                File.Delete(run.Files.Name.MemoryPath);
            },
        },
        new() { Name = "give it a feed", Prepare = Fill(Futex), Act = run => run.Open(WithFeed), Allowed = [Few], Later = WithFeed },
        new() { Name = "open for reading", Prepare = Fill(Futex), Act = Read(Futex), Allowed = [Few] },
        new()
        {
            Name = "take turns with another reader", Prepare = Fill(Futex), Act = Read(Futex), Allowed = [Few],
            Given = [new(FaultPoint.LockLife, Libc.EAGAIN, Times: 1)],
        },
        new() { Name = "open for reading what has holes", Prepare = FillAndStretch, Act = Read(None), Allowed = [Few], Later = ByRecord },
        new()
        {
            Name = "open for reading and for writing", Prepare = run =>
            {
                Fill(None)(run);
                run.Open(None, FileMode.Open, FileAccess.Read);
                run.Companion = Handle(run);
            },
            Act = run => run.Open(None), Allowed = [Few], Later = ByRecord,
        },
        new()
        {
            Name = "open after a death in a transaction", Prepare = run => DieInTransaction(run), Act = run => run.Open(Futex),
            Allowed = [Few],
        },
        new()
        {
            Name = "convert after a death in a transaction", Prepare = run => DieInTransaction(run), Allowed = [Few], Later = Auto,
            Act = run => ShmTable.Convert(run.Files.Name, LockingMethod.Record),
        },
        new()
        {
            Name = "create anew", Prepare = Fill(Futex), Act = run => run.Open(Futex with { Init = 10 }), Allowed = [Few, ""],
        },
        new()
        {
            Name = "create anew under Record", Prepare = Fill(ByRecord), Act = run => run.Open(ByRecord with { Init = 10 }),
            Allowed = [Few, ""], Later = ByRecord,
        },
    ];

    private static IEnumerable<CallScenario> Using =>
    [
        Use("write", Futex, run => Write(run.Table), Few, "1=1 2=2,2 7=7", "2=2,2 7=7", "2=3 7=7"),
        Use("write under Record", ByRecord, run => Write(run.Table), Few, "1=1 2=2,2 7=7", "2=2,2 7=7", "2=3 7=7"),
        Use("transact", Futex, run => run.Table.Transact(() => Write(run.Table)), Few, "2=3 7=7"),
        Use("transact beyond the first room of the journal", Futex, run => run.Table.Transact(() => run.Table.Add(7, new int[Large])),
            Few, $"{Few} 7={Zeros(Large)}"),
        Use("grow", Futex, run => run.Table.Add(7, new int[Large]), Few, $"{Few} 7={Zeros(Large)}"),
        Use("grow under Record", ByRecord, run => run.Table.Add(7, new int[Large]), Few, $"{Few} 7={Zeros(Large)}"),
        Use("grow on a disk", ByRecord, run => run.Table.Add(7, new int[Large]), true, Few, $"{Few} 7={Zeros(Large)}"),
        new()
        {
            Name = "grow where there is no room", Prepare = FillAndOpen(Futex), Act = run => run.Table.Add(7, new int[Large]),
            Given = [new(FaultPoint.Allocate, Libc.ENOSPC)], Allowed = [Few, $"{Few} 7={Zeros(Large)}"], Fails = true,
        },
        Use("rehash", Futex, Rehash, (string[])[Few, .. Rehashed]),
        Use("rehash under Record", ByRecord, Rehash, (string[])[Few, .. Rehashed]),
        Use("read", Futex, ReadAll, Few),
        Use("read under Record", ByRecord, ReadAll, Few),
        Use("flush", Futex, run => run.Table.Flush(), Few),
        Use("gather in huge pages", Futex, run =>
        {
            run.Table.Storage.Pages.Grow((4 << 20) / Scenario.PageSize);
            run.Table.UseHugePages();
        }, Few),
        Use("wait for a change", WithFeed, WaitForChange, Few, $"{Few} 7=7"),
    ];

    private static string[] Rehashed { get; } =
        [.. Enumerable.Range(1, RehashKeys).Select(count => $"{Few} {string.Join(' ', Enumerable.Range(10, count).Select(key => $"{key}=1"))}")];

    private static CallScenario Use(string name, ShmTableOptions options, Action<CallRun> act, params string[] allowed) =>
        Use(name, options, act, isOnDisk: false, allowed);

    private static CallScenario Use(
        string name, ShmTableOptions options, Action<CallRun> act, bool isOnDisk, params string[] allowed) => new()
        {
            Name = name,
            IsOnDisk = isOnDisk,
            Prepare = FillAndOpen(options),
            Act = act,
            Allowed = allowed,
            Later = options,
        };
}
