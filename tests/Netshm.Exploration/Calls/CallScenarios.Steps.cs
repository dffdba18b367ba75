using static Netshm.Exploration.CallRun;

namespace Netshm.Exploration;

/// <content>What scenarios consist of.</content>
internal static partial class CallScenarios
{
    /// <summary>A value for which the file must grow.</summary>
    private const int Large = 40_000;

    private const int RehashKeys = 24;

    private static string Zeros(int count) => string.Join(',', Enumerable.Repeat('0', count));

    private static void PutFew(ShmTable table)
    {
        table.Add(1, [1]);
        table.Add(2, [2, 2]);
    }

    private static Action<CallRun> Fill(ShmTableOptions options) =>
        run => run.ByAnother(options with { Init = RehashKeys / 2 }, PutFew);

    private static Action<CallRun> FillAndOpen(ShmTableOptions options) => run =>
    {
        Fill(options)(run);
        run.Open(options);
    };

    private static void LoseSidecar(CallRun run)
    {
        Fill(Futex)(run);
        File.Delete(run.Files.Name.SidecarPath);
    }

    private static void FillAndStretch(CallRun run)
    {
        Fill(ByRecord)(run);
        using FileStream file = File.OpenWrite(run.Files.Name.MemoryPath);
        file.SetLength(file.Length * 2);
    }

    private static Action<CallRun> Read(ShmTableOptions options) => run =>
    {
        run.Open(options, FileMode.Open, FileAccess.Read);
        ReadAll(run);
    };

    private static void ReadAll(CallRun run)
    {
        Assert.True(run.Table.Contains(1));
        Assert.Equal([2, 2], run.Table.Find(2));
        Assert.Equal(2, run.Table.Count);
    }

    private static void Write(ShmTable table)
    {
        table.Add(7, [7]);
        table.Remove(1);
        table.Replace(2, [3]);
    }

    private static void Rehash(CallRun run)
    {
        for (int key = 10; key < 10 + RehashKeys; key++)
            run.Table.Add(key, [1]);
    }

    private static void WaitForChange(CallRun run)
    {
        run.AtNextSleep(() =>
        {
            var writer = new Thread(() => run.Table.Add(7, [7]));
            writer.Start();
            writer.Join();
        });
        Assert.True(run.Table.ReadChanges().Wait(TimeSpan.FromSeconds(10)));
    }

    private static void DieInTransaction(CallRun run, bool isFilled = false)
    {
        if (!isFilled)
            Fill(Futex)(run);
        var process = new SimulatedProcess(run.Files);
        Assert.False(process.Do(dying =>
        {
            dying.Open(Futex);
            dying.Table.Transact(() =>
            {
                Write(dying.Table);
                dying.Die();
            });
        }));
    }

    /// <summary>The table that is open, as something that is to be closed besides another handle on it.</summary>
    private static IDisposable Handle(CallRun run) => run.Detach();

    private static SharedMemoryName CompanionOf(CallRun run) =>
        SharedMemoryName.Posix(run.Files.Name.LockPath + ".companion", "/" + Path.GetFileName(run.Files.Name.MemoryPath) + ".object");

    private static void Remove(CallRun run)
    {
        run.Close();
        foreach (string path in (string[])[CompanionOf(run).LockPath, CompanionOf(run).MemoryPath])
            File.Delete(path);
    }

    /// <summary>Another thread that holds a table's lock until this is disposed of.</summary>
    private sealed class Holder : IDisposable
    {
        /// <summary>How long a reader must have the lock before others stand back for writers.</summary>
        private const int LongInMilliseconds = 10;

        private readonly ManualResetEventSlim _isHeld = new();
        private readonly ManualResetEventSlim _mayGo = new();
        private readonly Task _holding;

        public Holder(ShmTable table, GroupIntent intent)
            : this(holder => table.Group(holder, intent))
        {
            Thread.Sleep(LongInMilliseconds);
        }

        private Holder(Action<Action> hold)
        {
            _holding = Task.Factory.StartNew(
                () => hold(() =>
                {
                    _isHeld.Set();
                    _mayGo.Wait();
                }),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _isHeld.Wait();
        }

        public static Holder InAnotherProcess(TableFiles files, ShmTableOptions options) => new(hold =>
            new SimulatedProcess(files).DoAlive(process =>
            {
                process.Open(options);
                process.Table.Group(hold);
                process.Close();
            }));

        public void Dispose()
        {
            _mayGo.Set();
            _holding.GetAwaiter().GetResult();
            _isHeld.Dispose();
            _mayGo.Dispose();
        }
    }
}
