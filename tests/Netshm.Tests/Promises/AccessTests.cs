using System.Diagnostics;
using System.Net.Sockets;
using Netshm.TestKit;

namespace Netshm.Tests.Promises;

/// <summary>Promise 12: nobody else can read a table or plant something in its place.</summary>
public class AccessTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What a table under a POSIX name consists of, and what can be planted there.</summary>
    public static IEnumerable<object[]> PlacesAndKinds =>
        from place in (string[])["table", "companion", "sidecar"]
        from kind in (string[])["a symbolic link", "a named pipe", "2 names", "a directory", "a socket", "a device"]
        where kind != "a device" || RootFactAttribute.IsRoot // Only root may make one.
        select (object[])[place, kind];

    [Theory]
    [InlineData("000", SharedMemoryType.File)]
    [InlineData("000", SharedMemoryType.Posix)]
    [InlineData("077", SharedMemoryType.Posix)]
    [InlineData("777", SharedMemoryType.Posix)]
    public void Table_companion_and_sidecar_are_the_owner_s_only_whatever_the_umask(string umask, SharedMemoryType type)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = LockingMethod.Futex });
        using ChildProcess worker = WorkerProcess.StartWithUmask(umask, "open-and-add", "Futex", "1");
        Assert.Equal("ready", worker.ReadLine());
        Assert.Equal("done", worker.Ask($"{temp.Name} -"));
        string[] paths = Directory.GetFiles(TempTable.Directory, Path.GetFileName(temp.Name.MemoryPath) + "*");
        Assert.Equal(type == SharedMemoryType.File ? 2 : 3, paths.Length);
        Assert.All(paths, path => Assert.Equal(OwnerOnly, File.GetUnixFileMode(path)));
        worker.Finish();
    }

    [Theory]
    [MemberData(nameof(PlacesAndKinds))]
    public void Something_planted_is_refused_at_once_and_stays_as_it_is(string place, string kind)
    {
        using var temp = new TempTable(SharedMemoryType.Posix, new ShmTableOptions { Locking = LockingMethod.Futex });
        temp.Open().Dispose();
        string path = place switch
        {
            "table" => temp.Name.MemoryPath,
            "companion" => temp.Name.LockPath,
            _ => temp.Name.MemoryPath + ".netshm",
        };
        string target = path + ".target";
        File.Move(path, target);
        byte[] before = File.ReadAllBytes(target);
        Action remove = Plant(kind, path, target);
        UntrustedFileException e = Assert.Throws<UntrustedFileException>(temp.Open);
        Assert.Equal(path, e.Path);
        Assert.Contains(kind, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(target));
        remove();
        File.Move(target, path);
        temp.Open().Add(1, [1]);
    }

    [Fact]
    public void Nothing_planted_is_opened_for_reading_either()
    {
        using var temp = new TempTable();
        foreach (string kind in (string[])["a symbolic link", "a named pipe", "a directory", "a socket"])
        {
            Action remove = Plant(kind, temp.Name.LockPath, "/dev/null");
            Assert.Throws<UntrustedFileException>(
                () => SharedMemoryObject.Open(temp.Name, FileMode.Open, FileAccess.Read));
            remove();
        }
    }

    [Fact]
    public void A_second_name_of_a_table_in_use_is_refused_and_its_locks_stay()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        string second = temp.Name.MemoryPath + "-second";
        table.Group(() =>
        {
            table.Add(1, [1]);
            Run("ln", temp.Name.MemoryPath, second);
            Assert.Throws<UntrustedFileException>(() => ShmTable.Open(SharedMemoryName.File(second)));
            Assert.Throws<UntrustedFileException>(() => SharedMemoryObject.Open(temp.Name));
            Assert.True(KernelLocks.Cover(temp.Name, "WRITE", temp.Options.PageSize / sizeof(int)));
        });
        SharedMemoryObject.Unlink(SharedMemoryName.File(second));
        Assert.Equal([1], temp.Open().Find(1));
    }

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.None)]
    public void A_table_that_is_removed_while_it_is_open_goes_on(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using ShmTable table = temp.Open();
        SharedMemoryObject.Unlink(temp.Name);
        for (int key = 0; key < 5000; key++)
            table.Add(key, [key]);
        Assert.True(table.Check().IsConsistent);
        Assert.Equal([4999], table.Find(4999));
    }

    [Fact]
    public void A_sidecar_that_was_not_completed_is_replaced_and_goes_with_the_table()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        string draft = temp.Name.SidecarDraftPath;
        byte[][] drafts = [[], "NETSHMSC"u8.ToArray(), new byte[1 << 16]];
        foreach (byte[] bytes in drafts)
        {
            File.WriteAllBytes(draft, bytes);
            using (ShmTable table = temp.Open())
                table.Add(1, [1]);
            Assert.False(File.Exists(draft));
            File.WriteAllBytes(draft, bytes);
            SharedMemoryObject.Unlink(temp.Name);
            Assert.False(File.Exists(draft));
        }
    }

    /// <returns>How to remove it.</returns>
    private static Action Plant(string kind, string path, string target)
    {
        switch (kind)
        {
            case "a symbolic link":
                File.CreateSymbolicLink(path, target);
                break;
            case "a directory":
                Directory.CreateDirectory(path);
                return () => Directory.Delete(path);
            case "a socket":
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                socket.Bind(new UnixDomainSocketEndPoint(path));
                return socket.Dispose; // That removes its name, too.
            case "a named pipe":
                Run("mkfifo", path);
                break;
            case "2 names":
                Run("ln", target, path);
                break;
            default:
                Run("mknod", path, "c", "1", "3"); // As /dev/null.
                break;
        }

        return () => File.Delete(path);
    }

    private static void Run(params string[] command)
    {
        using Process process = Process.Start(command[0], command[1..]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
