using System.Diagnostics;
using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>Record locks as the kernel and other processes see them.</summary>
public class RecordLockTests
{
    private static readonly ShmTableOptions s_record = new() { Locking = LockingMethod.Record };

    private static readonly ShmTableOptions s_hasty = s_record with
    {
        LockTimeout = TimeSpan.FromMilliseconds(100),
    };

    [Theory]
    [InlineData(SharedMemoryType.File, 160, 40)]
    [InlineData(SharedMemoryType.File, 256, 64)]
    [InlineData(SharedMemoryType.Posix, 1024, 256)]
    public void A_group_locks_the_byte_of_the_descriptor_page_as_the_original_does(
        SharedMemoryType type, int pageSize, long descriptorByte)
    {
        using var temp = new TempTable(type, s_record with { PageSize = pageSize });
        ShmTable table = temp.Open();
        table.Group(() => Assert.True(KernelLocks.Cover(temp.Name, "WRITE", descriptorByte)));
        table.Group(() => Assert.Equal([("READ", descriptorByte, descriptorByte)], KernelLocks.On(temp.Name)),
            GroupIntent.Read);
        table.Group(
            () =>
            {
                Assert.Empty(KernelLocks.On(temp.Name));
                _ = table.Count;
                Assert.Equal([("READ", descriptorByte, descriptorByte)], KernelLocks.On(temp.Name));
                table.Add(1, []);
                Assert.True(KernelLocks.Cover(temp.Name, "WRITE", descriptorByte));
            },
            GroupIntent.OnDemand);
        Assert.Empty(KernelLocks.On(temp.Name));
    }

    [Theory]
    [InlineData(GroupIntent.Write)]
    [InlineData(GroupIntent.OnDemand)]
    public void Replacing_also_locks_the_page_of_the_old_binding(GroupIntent intent)
    {
        using var temp = new TempTable(options: s_record);
        ShmTable table = temp.Open();
        table.Add(1, []);
        int page = table.Memory[1, 1] - 1;
        table.Group(
            () =>
            {
                _ = table.Contains(1);
                table.Replace(1, []);
                Assert.True(KernelLocks.Cover(temp.Name, "WRITE", 64));
                Assert.True(KernelLocks.Cover(temp.Name, "WRITE", page * 64));
            },
            intent);
        Assert.Empty(KernelLocks.On(temp.Name));
    }

    [Theory]
    [InlineData(GroupIntent.Write, false)]
    [InlineData(GroupIntent.Write, true)]
    [InlineData(GroupIntent.Read, false)]
    public void A_process_waits_for_another_one_until_its_deadline_whether_that_runs_or_is_stopped(
        GroupIntent intent, bool stopped)
    {
        using var temp = new TempTable(options: s_hasty);
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), "Record", intent.ToString());
        Assert.Equal("held", holder.ReadLine());
        if (stopped)
            holder.Signal("STOP");
        long start = Stopwatch.GetTimestamp();
        LockTimeoutException e = Assert.Throws<LockTimeoutException>(() => table.Replace(1, [2]));
        Assert.True(Stopwatch.GetElapsedTime(start) >= s_hasty.LockTimeout);
        Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        if (intent == GroupIntent.Write)
            Assert.Throws<LockTimeoutException>(() => table.Find(1));
        else
            Assert.Equal([1], table.Find(1));
        if (stopped)
            holder.Signal("CONT");
        holder.WriteLine("release");
        holder.Finish();
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public void A_killed_holder_releases_its_locks()
    {
        using var temp = new TempTable(options: s_record);
        ShmTable table = temp.Open();
        using ChildProcess holder = WorkerProcess.Start("hold", temp.Name.ToString(), "Record", "Write");
        Assert.Equal("held", holder.ReadLine());
        holder.Kill();
        table.Add(1, [1]);
        Assert.Equal([1], table.Find(1));
    }
}
