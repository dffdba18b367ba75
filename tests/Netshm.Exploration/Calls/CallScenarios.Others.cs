using static Netshm.Exploration.CallRun;

namespace Netshm.Exploration;

/// <content>Leaving tables, objects, and waiting.</content>
internal static partial class CallScenarios
{
    private static IEnumerable<CallScenario> Leaving =>
    [
        new() { Name = "close", Prepare = FillAndOpen(Futex), Act = run => run.Close(), Allowed = [Few] },
        new() { Name = "close under Record", Prepare = FillAndOpen(ByRecord), Act = run => run.Close(), Allowed = [Few], Later = ByRecord },
        new() { Name = "close without locking", Prepare = FillAndOpen(None), Act = run => run.Close(), Allowed = [Few], Later = ByRecord },
        new()
        {
            Name = "close in the middle of a rehash", Prepare = run =>
            {
                FillAndOpen(Futex)(run);
                for (int key = 100; !run.Table.Storage.IsRehashing(out _); key++)
                {
                    run.Table.Add(key, [1]);
                    run.Table.Remove(key);
                }
            },
            Act = run => run.Close(), Allowed = [Few],
        },
        new()
        {
            Name = "close while somebody waits for changes", Prepare = FillAndOpen(WithFeed),
            Act = run =>
            {
                Task changed = run.Table.ReadChanges().WaitAsync();
                run.Close();
                Assert.True(changed.Wait(TimeSpan.FromSeconds(10)), "who waits for changes is not told that there are none");
            },
            Allowed = [Few], Later = WithFeed,
        },
        new()
        {
            Name = "unlink", Prepare = Fill(Futex), Act = run => SharedMemoryObject.Unlink(run.Files.Name), Allowed = [Few, ""],
        },
        new()
        {
            Name = "unlink what is not there", Act = run => SharedMemoryObject.Unlink(run.Files.Name), Fails = true,
        },
    ];

    private static IEnumerable<CallScenario> Objects =>
    [
        new()
        {
            Name = "truncate", Prepare = Fill(ByRecord),
            Act = run => SharedMemoryObject.Open(run.Files.Name, FileMode.Truncate).Close(), Allowed = [Few, ""], Later = ByRecord,
        },
        new()
        {
            Name = "set permissions and owner", Prepare = FillAndOpen(Futex), Allowed = [Few],
            Act = run =>
            {
                run.Memory.SetPermissions(UnixFileMode.UserRead | UnixFileMode.UserWrite);
                run.Memory.SetOwner(-1, -1);
            },
        },
        new()
        {
            Name = "create a sidecar of another user's table", Prepare = LoseSidecar, Act = run => run.Open(Futex), Allowed = [Few],
            Given = [new(FaultPoint.ChangeOwnerOfSidecar, Libc.EPERM)],
        },
        new()
        {
            Name = "create a sidecar that can't be named", Prepare = LoseSidecar, Act = run => run.Open(Futex), Allowed = [Few],
            Given = [new(FaultPoint.NameSidecar, Libc.EIO)], Fails = true,
        },
        new() { Name = "create an object of two files", Act = run => run.Open(ByRecord, name: CompanionOf(run)), Allowed = null, Afterwards = Remove },
        new()
        {
            Name = "create an object whose companion can't be written", Act = run => run.Open(ByRecord, name: CompanionOf(run)),
            Given = [new(FaultPoint.WriteHead, Libc.ENOSPC)], Allowed = null, Fails = true, Afterwards = Remove,
        },
        new()
        {
            Name = "draw a name where nothing can be created", Given = [new(FaultPoint.CreateFile, Libc.EIO)], Fails = true,
            Act = run => SharedMemoryObject.CreateUnique(SharedMemoryName.File($"{run.Files.Name.MemoryPath}.XXXXXX")).Close(),
        },
        new()
        {
            Name = "create the user's directory", Act = run => SharedMemoryFileSystem.EnsurePrivate(run.Files.Name.MemoryPath, mayCreate: true),
            Afterwards = run =>
            {
                if (Directory.Exists(run.Files.Name.MemoryPath))
                    Directory.Delete(run.Files.Name.MemoryPath);
            },
        },
    ];

    /// <summary>Another thread, or another process, is in the way.</summary>
    private static IEnumerable<CallScenario> Waiting =>
    [
        new()
        {
            Name = "wait for another thread", TimesOut = true, Allowed = [Few],
            Prepare = run => { FillAndOpen(Short(Futex))(run); run.Companion = new Holder(run.Table, GroupIntent.Write); },
            Act = run => run.Table.Add(7, [7]),
        },
        new()
        {
            Name = "read beside a reader that takes long", Allowed = [Few],
            Prepare = run => { FillAndOpen(Futex)(run); run.Companion = new Holder(run.Table, GroupIntent.Read); },
            Act = run => _ = run.Table.Count,
        },
        new()
        {
            Name = "read under Record beside a reader that takes long", Allowed = [Few], Later = ByRecord,
            Prepare = run => { FillAndOpen(ByRecord)(run); run.Companion = new Holder(run.Table, GroupIntent.Read); },
            Act = run => _ = run.Table.Count,
        },
        new()
        {
            Name = "wait for another process", TimesOut = true, Allowed = [Few],
            Prepare = run =>
            {
                Fill(Futex)(run);
                run.Companion = Holder.InAnotherProcess(run.Files, Futex);
                run.Open(Futex with { LockTimeout = TimeSpan.Zero });
            },
            Act = run => run.Table.Add(7, [7]),
        },
        new()
        {
            Name = "take the lock over from a dead process", Allowed = [Few, $"{Few} 7=7"],
            Prepare = run =>
            {
                Fill(Futex)(run);
                run.Open(Futex);
                DieInTransaction(run, isFilled: true);
            },
            Act = run => run.Table.Add(7, [7]),
        },
    ];

    /// <summary>The kernel sees a cycle that is none.</summary>
    private static IEnumerable<CallScenario> InDoubt =>
    [
        new()
        {
            Name = "doubt a deadlock", Prepare = FillAndOpen(Endless(ByRecord)), Act = run => run.Table.Add(7, [7]),
            Given = [new(FaultPoint.TryRangeLock, Libc.EAGAIN), new(FaultPoint.WaitForRangeLock, Libc.EDEADLK, Times: 1)],
            Allowed = [Few, $"{Few} 7=7"], Later = ByRecord,
        },
        new()
        {
            Name = "doubt a deadlock over content", Prepare = FillAndOpen(Endless(ByRecord)), Act = run => run.Table.Remove(1),
            Given = [new(FaultPoint.TryRangeLock, Libc.EAGAIN, Times: 1), new(FaultPoint.WaitForRangeLock, Libc.EDEADLK, Times: 1)],
            Allowed = [Few, "2=2,2"], Later = ByRecord,
        },
    ];

    private static ShmTableOptions Short(ShmTableOptions options) => options with { LockTimeout = TimeSpan.FromMilliseconds(20) };

    private static ShmTableOptions Endless(ShmTableOptions options) => options with { LockTimeout = Timeout.InfiniteTimeSpan };
}
