using System.Diagnostics;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>Promise 12: nobody else can read a table or plant something in its place.</summary>
public class AccessTests(ITestOutputHelper output)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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
    [InlineData("symbolic link")]
    [InlineData("pipe")]
    [InlineData("hard link")]
    [InlineData("directory")]
    public void Something_planted_in_the_place_of_the_sidecar_is_refused_and_stays_as_it_is(string kind)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        temp.Open().Dispose();
        string sidecar = temp.Name.MemoryPath + ".netshm";
        string target = temp.Name.MemoryPath + ".target";
        File.Move(sidecar, target);
        byte[] before = File.ReadAllBytes(target);
        Plant(kind, sidecar, target);
        IOException e = Assert.ThrowsAny<IOException>(temp.Open);
        Assert.Contains(sidecar, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(target));
        Remove(kind, sidecar);
        File.Move(target, sidecar);
        temp.Open().Add(1, [1]);
    }

    [Theory]
    [InlineData("symbolic link")]
    [InlineData("pipe")]
    [InlineData("directory")]
    public void Something_planted_in_the_place_of_the_table_is_refused_and_stays_as_it_is(string kind)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        temp.Open().Dispose();
        string target = temp.Name.MemoryPath + ".target";
        File.Move(temp.Name.MemoryPath, target);
        byte[] before = File.ReadAllBytes(target);
        Plant(kind, temp.Name.MemoryPath, target);
        Exception e = Assert.ThrowsAny<Exception>(temp.Open);
        Assert.True(e is IOException or UnauthorizedAccessException, e.ToString());
        Assert.Equal(before, File.ReadAllBytes(target));
        Remove(kind, temp.Name.MemoryPath);
        File.Move(target, temp.Name.MemoryPath);
    }

    [RootFact]
    public void A_table_of_another_user_in_a_directory_for_all_can_be_opened()
    {
        const UnixFileMode everybody = (UnixFileMode)0x1B6;
        output.WriteLine($"fs.protected_regular is {File.ReadAllText("/proc/sys/fs/protected_regular").Trim()}");
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        using (ShmTable table = temp.Open())
            table.Add(1, [1]);
        using (SharedMemoryObject memory = SharedMemoryObject.Open(temp.Name))
        {
            memory.SetPermissions(everybody);
            memory.SetOwner(65534, 65534);
        }

        Assert.Equal([1], temp.Open().Find(1));
    }

    private static void Plant(string kind, string path, string target)
    {
        switch (kind)
        {
            case "symbolic link":
                File.CreateSymbolicLink(path, target);
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            default:
                string[] command = kind == "pipe" ? ["mkfifo", path] : ["ln", target, path];
                using (Process process = Process.Start(command[0], command[1..]))
                {
                    process.WaitForExit();
                    Assert.Equal(0, process.ExitCode);
                }

                break;
        }
    }

    private static void Remove(string kind, string path)
    {
        if (kind == "directory")
            Directory.Delete(path);
        else
            File.Delete(path);
    }
}

/// <summary>A test that gives a file to another user, which only root may.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (Environment.UserName != "root")
            Skip = "needs root's right to give a file to another user";
    }
}
