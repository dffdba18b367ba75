using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Tests.Promises;

/// <summary>A process is alive for others as long as it is, whatever it does with files and children.</summary>
public class DescriptorTests
{
    /// <summary>How long others are given to do what they should not: several of their naps.</summary>
    private static readonly TimeSpan s_severalNaps = TimeSpan.FromMilliseconds(30);

    [Fact]
    public void Closing_other_descriptors_of_the_table_and_the_sidecar_does_not_give_the_lock_away()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        ShmTable table = temp.Open();
        using ChildProcess worker = WorkerProcess.Start("increment", temp.Name.ToString(), "Futex", "1", "1");
        Assert.Equal("ready", worker.ReadLine());
        table.Group(() =>
        {
            OpenAndClose(temp.Name);
            worker.WriteLine("go");
            Assert.True(SpinWait.SpinUntil(() => SomebodySleeps(temp.Name), TimeSpan.FromSeconds(20)));
            OpenAndClose(temp.Name);
            Thread.Sleep(s_severalNaps);
            table.Replace(0, [100]);
        });
        worker.Finish();
        Assert.Equal([101], table.Find(0));
    }

    [Fact]
    public void Closing_other_descriptors_of_the_table_does_not_open_it_to_other_methods()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        ShmTable table = temp.Open();
        OpenAndClose(temp.Name);
        using ChildProcess other = WorkerProcess.Start("increment", temp.Name.ToString(), "Record", "1", "1");
        ChildProcessException e = Assert.Throws<ChildProcessException>(other.ReadLine);
        Assert.Contains(nameof(InvalidTableOperationException), e.Message, StringComparison.Ordinal);
        Assert.Contains("Futex", e.Message, StringComparison.Ordinal);
        Assert.Contains("Record", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, table.Count);
    }

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Whatever_is_done_with_other_descriptors_of_the_table_nobody_takes_it_away_from_its_user(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        for (int key = 0; key < 100; key++)
            table.Add(key, [key]);
        OpenAndClose(temp.Name);
        using ChildProcess other = WorkerProcess.Start("open-and-add", $"{locking}", "7");
        Assert.Equal("ready", other.ReadLine());
        Assert.Equal(nameof(InvalidTableOperationException), other.Ask($"{temp.Name} 20"));
        other.Finish();
        using ChildProcess truncating = WorkerProcess.Start("attempt", $"{locking}");
        Assert.Equal("ready", truncating.ReadLine());
        Assert.StartsWith(
            nameof(InvalidTableOperationException), truncating.Ask($"{temp.Name} Truncate ReadWrite"), StringComparison.Ordinal);
        truncating.Finish();
        Assert.Equal(100, table.Count);
    }

    [Fact]
    public void A_child_process_does_not_keep_its_dead_parent_s_lock()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        ShmTable table = temp.Open(temp.Options with { LockTimeout = TimeSpan.FromSeconds(20) });
        using ChildProcess holder = WorkerProcess.Start("hold-with-child", temp.Name.ToString(), "Futex");
        using Process child = Process.GetProcessById(int.Parse(holder.ReadLine(), CultureInfo.InvariantCulture));
        holder.Kill();
        table.Add(1, [1]);
        Assert.False(child.HasExited);
        child.Kill();
        Assert.Equal([1], table.Find(1));
    }

    private static void OpenAndClose(SharedMemoryName name)
    {
        foreach (string path in (string[])[name.MemoryPath, name.SidecarPath])
        {
            if (File.Exists(path))
                _ = File.ReadAllBytes(path);
        }

        SharedMemoryObject.Open(name).Dispose();
    }

    private static bool SomebodySleeps(SharedMemoryName name)
    {
        using FileStream sidecar = File.OpenRead(name.SidecarPath);
        sidecar.Position = SidecarLayout.LockWordOffset;
        byte[] word = new byte[sizeof(int)];
        sidecar.ReadExactly(word);
        return BitConverter.ToInt32(word) < 0;
    }
}
