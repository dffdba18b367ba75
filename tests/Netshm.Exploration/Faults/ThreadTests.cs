namespace Netshm.Exploration;

/// <summary>Threads of one process that interrupt each other, wait for each other, or open a table at the same time.</summary>
public class ThreadTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Readers_that_are_interrupted_give_the_lock_back(LockingMethod locking)
    {
        const int readers = 3, interruptions = 3000;
        using var files = new TableFiles();
        var process = new SimulatedProcess(files);
        process.DoAlive(process => process.Open(Scenario.OptionsToOpen(locking) with { Init = 20 }));
        bool isOver = false;
        Thread[] threads = [.. Enumerable.Range(0, readers).Select(_ => new Thread(() => ReadOn(process.Table, ref isOver)))];
        foreach (Thread thread in threads)
            thread.Start();
        for (int i = 0; i < interruptions; i++)
        {
            threads[i % readers].Interrupt();
            Thread.Yield();
        }

        Volatile.Write(ref isOver, true);
        foreach (Thread thread in threads)
            Assert.True(thread.Join(s_patience), "a reader does not come to an end");
        var other = new SimulatedProcess(files);
        other.DoAlive(other =>
        {
            other.Open(Scenario.OptionsToOpen(locking) with { LockTimeout = s_patience });
            other.Table.Add(1, [1]);
            other.Close();
        });
        process.DoAlive(process => process.Close());
    }

    [Fact]
    public void A_method_that_could_not_be_used_does_not_count_for_the_next_handle()
    {
        using var files = new TableFiles();
        var process = new SimulatedProcess(files);
        process.DoAlive(process =>
        {
            process.Open(Scenario.OptionsToOpen(LockingMethod.Futex) with { Init = 20 });
            process.Close();
            LockingMethod found = LockingMethod.None;
            var next = new Thread(() => process.DoAlive(_ =>
            {
                using SharedMemoryObject memory = SharedMemoryObject.Open(files.Name);
                using ShmTable table = ShmTable.Manage(memory, Scenario.OptionsToOpen(LockingMethod.Auto));
                found = table.Locking;
            }));
            process.AtSeam = _ =>
            {
                process.AtSeam = null;
                next.Start();
                WaitUntilItWaits(next); // For this thread, which is about to attach to the same table.
            };
            using SharedMemoryObject memory = SharedMemoryObject.Open(files.Name);
            Assert.Throws<PageSizeMismatchException>(
                () => ShmTable.Manage(memory, new ShmTableOptions { PageSize = 128, Locking = LockingMethod.Record }));
            Assert.True(next.Join(s_patience));
            Assert.Equal(LockingMethod.Futex, found);
        });
    }

    [Fact]
    public void The_time_to_open_a_table_ends_behind_a_thread_that_waits_for_another_process()
    {
        using var files = new TableFiles();
        var other = new SimulatedProcess(files);
        SharedDescriptor? lockFile = null;
        AttachLock? creating = null;
        other.DoAlive(other =>
        {
            other.Open(Scenario.OptionsToOpen(LockingMethod.Record) with { Init = 20 });
            other.Close();
            lockFile = SharedDescriptor.Open(files.Name.LockPath, FileMode.Open, true, UnixFileMode.UserRead, out _);
            creating = AttachLock.TakeForCreation(lockFile, true, Deadline.Never, "other");
        });

        var process = new SimulatedProcess(files);
        using var isWaiting = new ManualResetEventSlim();
        process.AtSeam = _ => isWaiting.Set();
        var first = new Thread(() => process.DoAlive(process => process.Open(Scenario.OptionsToOpen(LockingMethod.Record))));
        first.Start();
        isWaiting.Wait();
        Exception? failure = null;
        var second = new Thread(() => process.DoAlive(_ =>
        {
            using SharedMemoryObject memory = SharedMemoryObject.Open(files.Name);
            failure = Xunit.Record.Exception(() => ShmTable.Manage(
                memory, Scenario.OptionsToOpen(LockingMethod.Record) with { OpenTimeout = TimeSpan.FromMilliseconds(50) }));
        }));
        second.Start();
        bool ended = second.Join(s_patience);
        creating!.Dispose();
        lockFile!.Release();
        Assert.True(first.Join(s_patience));
        process.DoAlive(process => process.Close());
        Assert.True(ended, "the time to open the table did not end");
        Assert.IsType<LockTimeoutException>(failure);
    }

    [Fact]
    public void What_a_callback_edits_is_not_shown_before_it_is_complete()
    {
        using var files = new TableFiles();
        SimulatedProcess writer = new(files), reader = new(files);
        writer.DoAlive(writer =>
        {
            writer.Open(Scenario.OptionsToOpen(LockingMethod.Futex) with { Init = 20 });
            writer.Table.Add(1, [1, 1]);
        });
        reader.DoAlive(reader =>
        {
            reader.Open(Scenario.OptionsToOpen(LockingMethod.Futex) with { LockTimeout = TimeSpan.FromMilliseconds(20) });
            Assert.Equal([1, 1], reader.Table.Find(1));
        });
        writer.DoAlive(writer => writer.Table.Group(() => writer.Table.WriteBlocks(1, WriteOperations.None, (words, isEnd) =>
        {
            if (isEnd)
                return BlockDecision.Continue;
            words[0] = 2;
            writer.Table.PublishGroup();
            reader.DoAlive(reader => Assert.Throws<LockTimeoutException>(() => reader.Table.Find(1)));
            words[1] = 2;
            return BlockDecision.Continue;
        })));
        reader.DoAlive(reader =>
        {
            Assert.Equal([2, 2], reader.Table.Find(1));
            reader.Close();
        });
        writer.DoAlive(writer => writer.Close());
    }

    private static void ReadOn(ShmTable table, ref bool isOver)
    {
        while (!Volatile.Read(ref isOver))
        {
            try
            {
                _ = table.Count;
            }
            catch (ThreadInterruptedException)
            {
                // It may strike wherever the thread waits.
            }
        }
    }

    private static void WaitUntilItWaits(Thread thread)
    {
        while ((thread.ThreadState & ThreadState.WaitSleepJoin) == 0 && thread.IsAlive)
            Thread.Yield();
    }
}
