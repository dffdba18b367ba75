using System.Reflection;
using System.Runtime.Loader;
using Netshm.TestKit;

namespace Netshm.Tests.Promises;

/// <summary>Surroundings that others have: read-only mounts, a bare /proc, several copies of this library in one process.</summary>
public class SurroundingsTests
{
    private const long ReadersTurnByte = (1L << 62) - 4;

    [MountFact]
    public void A_table_that_was_left_in_order_is_read_on_a_read_only_mount()
    {
        using var small = new SmallFileSystem("4M");
        SharedMemoryName name = SharedMemoryName.File($"{small.Directory}/table");
        using (ShmTable table = ShmTable.Open(name))
        {
            for (int key = 0; key < 100; key++)
                table.Add(key, [key]);
        }

        Remount(small, "ro");
        using (ShmTable table = OpenForReading(name))
        {
            Assert.Equal(LockingMethod.Record, table.Locking);
            Assert.Equal([7], table.Find(7));
            Assert.Equal(100, table.Count);
            Assert.True(table.Check().IsConsistent);
            Remount(small, "rw");
            Assert.Contains(
                "Record", Assert.Throws<InvalidTableOperationException>(() => OpenForWriting(name)).Message, StringComparison.Ordinal);
        }

        using (ChildProcess killed = WorkerProcess.Start("transact-and-hold", name.ToString()))
        {
            Assert.Equal("held", killed.ReadLine());
            killed.Kill();
        }

        Remount(small, "ro");
        Assert.Throws<ReadOnlyTableException>(() => OpenForReading(name));
        Remount(small, "rw");
        using (ShmTable table = OpenForWriting(name))
            Assert.Equal([7], table.Find(7));
    }

    [MountFact]
    public void A_table_is_used_where_proc_shows_nothing_but_processes()
    {
        using var temp = new TempTable();
        using ChildProcess worker = ChildProcess.Start(
            "a worker without /proc/sys",
            "unshare",
            [
                "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
                "mount -t proc -o subset=pid proc /proc && test ! -e /proc/sys && exec \"$@\"", "sh",
                "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Netshm.Worker.dll"), "open-and-add", "Futex", "7",
            ],
            killsDescendants: true);
        Assert.Equal("ready", worker.ReadLine());
        Assert.Equal("done", worker.Ask($"{temp.Name} -"));
        Assert.Equal("done", worker.Ask($"{temp.Name} -"));
        worker.Finish();
        Assert.Equal(2, temp.Open().FindAll(7).Count);
    }

    [Fact]
    public void Processes_that_only_read_come_one_after_the_other()
    {
        using var temp = new TempTable();
        temp.Open().Dispose();
        using SharedMemoryObject memory = SharedMemoryObject.Open(temp.Name, FileMode.Open, FileAccess.Read);
        var hasty = new ShmTableOptions { OpenTimeout = TimeSpan.FromMilliseconds(50) };
        using (FileStream other = File.Open(temp.Name.SidecarPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            other.Lock(ReadersTurnByte, 1);
            Assert.Throws<LockTimeoutException>(() => ShmTable.Manage(memory, hasty));
        }

        using ShmTable table = ShmTable.Manage(memory, hasty);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void A_second_copy_of_the_library_is_refused_with_record_locks_and_welcome_with_futex_locks()
    {
        using var record = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        record.Open().Add(1, [1]);
        Exception e = Assert.ThrowsAny<Exception>(() => OpenInCopy(record.Name)).GetBaseException();
        Assert.Equal(typeof(InvalidTableOperationException).FullName, e.GetType().FullName);
        Assert.Contains("copy of this library", e.Message, StringComparison.Ordinal);

        using var futex = new TempTable();
        ShmTable table = futex.Open();
        using IDisposable copy = OpenInCopy(futex.Name);
        table.Add(1, [1]);
        Assert.Equal(1, copy.GetType().GetProperty(nameof(ShmTable.Count))!.GetValue(copy));
    }

    [Fact]
    public void A_thousand_bindings_of_8_words_take_at_most_200_bytes_each_all_files_counted()
    {
        using var temp = new TempTable(options: new ShmTableOptions { PageSize = 64 });
        ShmTable table = temp.Open();
        for (int key = 0; key < 1000; key++)
            table.Add(key, [1, 2, 3, 4, 5, 6, 7, 8]);
        long bytes = new FileInfo(temp.Name.MemoryPath).Length + new FileInfo(temp.Name.SidecarPath).Length;
        Assert.InRange(bytes, 1, 200_000);
    }

    private static IDisposable OpenInCopy(SharedMemoryName name)
    {
        var context = new AssemblyLoadContext("another copy");
        Assembly copy = context.LoadFromAssemblyPath(typeof(ShmTable).Assembly.Location);
        Type nameType = copy.GetType(typeof(SharedMemoryName).FullName!, throwOnError: true)!;
        Type tableType = copy.GetType(typeof(ShmTable).FullName!, throwOnError: true)!;
        object nameInCopy = nameType.GetMethod(nameof(SharedMemoryName.Parse))!.Invoke(null, [name.ToString()])!;
        return (IDisposable)tableType.GetMethod(nameof(ShmTable.Open))!.Invoke(null, [nameInCopy, null])!;
    }

    private static void Remount(SmallFileSystem small, string mode)
    {
        using System.Diagnostics.Process mount =
            System.Diagnostics.Process.Start("mount", ["-o", $"remount,{mode}", small.Directory]);
        mount.WaitForExit();
        Assert.Equal(0, mount.ExitCode);
    }

    private static ShmTable OpenForReading(SharedMemoryName name)
    {
        using SharedMemoryObject memory = SharedMemoryObject.Open(name, FileMode.Open, FileAccess.Read);
        return ShmTable.Manage(memory);
    }

    private static ShmTable OpenForWriting(SharedMemoryName name) => ShmTable.Open(name);
}
