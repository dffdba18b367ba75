using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Tests.Promises;

/// <summary>A directory like /tmp, where everybody may create files and remove their own; with tables of other users.</summary>
internal sealed class StickyDirectory : IDisposable
{
    private const UnixFileMode LikeTmp = (UnixFileMode)0x3FF;

    private readonly string _path = Path.Combine(TempTable.Directory, $"netshm-sticky-{Guid.NewGuid():N}");
    private readonly List<SharedMemoryName> _objects = [];

    public StickyDirectory()
    {
        Directory.CreateDirectory(_path);
        File.SetUnixFileMode(_path, LikeTmp);
    }

    /// <summary>Makes a table with one binding and a sidecar, and gives it away.</summary>
    public SharedMemoryName CreateTable(
        int user, int group, UnixFileMode permissions, SharedMemoryType type = SharedMemoryType.File)
    {
        string unique = $"netshm-test-{Guid.NewGuid():N}";
        SharedMemoryName name = type == SharedMemoryType.File
            ? SharedMemoryName.File($"{_path}/{unique}")
            : SharedMemoryName.Posix($"{_path}/{unique}", $"/{unique}");
        if (type == SharedMemoryType.Posix)
            _objects.Add(name);
        using SharedMemoryObject memory = SharedMemoryObject.Open(name);
        using (ShmTable table = ShmTable.Manage(memory, new ShmTableOptions { Locking = LockingMethod.Futex }))
            table.Add(0, [0]);
        memory.SetPermissions(permissions);
        memory.SetOwner(user, group);
        return name;
    }

    public static void ChangeOwner(string path, int user, int group) =>
        _ = Run("chown", string.Create(CultureInfo.InvariantCulture, $"{user}:{group}"), path);

    public static int UserOf(string path) => int.Parse(Run("stat", "-c", "%u", path), CultureInfo.InvariantCulture);

    public static int GroupOf(string path) => int.Parse(Run("stat", "-c", "%g", path), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (SharedMemoryName name in _objects)
            SharedMemoryObject.Unlink(name);
        Directory.Delete(_path, recursive: true);
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
