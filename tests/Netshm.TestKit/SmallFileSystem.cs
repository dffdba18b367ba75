using System.Diagnostics;
using Xunit;

namespace Netshm.TestKit;

/// <summary>A file system that is soon full, in memory or in a file; unmounted when the test is done with it.</summary>
public sealed class SmallFileSystem : IDisposable
{
    private static readonly Lazy<bool> _isAllowed = new(() => TryOnce(onDisk: false));
    private static readonly Lazy<bool> _isAllowedOnDisk = new(() => TryOnce(onDisk: true));
    private readonly string? _image;

    /// <summary>Mounts it on a fresh directory.</summary>
    /// <param name="size">Its size, as tmpfs(5) takes it.</param>
    /// <param name="onDisk">Whether it is one for disks (ext4), in a file.</param>
    /// <exception cref="InvalidOperationException">Mounting is not allowed here.</exception>
    public SmallFileSystem(string size, bool onDisk = false)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("netshm-small-").FullName;
        _image = onDisk ? Directory + ".image" : null;
        if (_image is null
            ? Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", Directory)
            : Run("mkfs.ext4", "-q", _image, size) && Run("mount", "-o", "loop", _image, Directory))
        {
            return;
        }

        RemoveFiles();
        throw new InvalidOperationException("A file system can't be mounted here");
    }

    /// <summary>Whether this process may mount.</summary>
    public static bool IsAllowed => _isAllowed.Value;

    /// <summary>Whether this process may mount an ext4 file system that lies in a file.</summary>
    public static bool IsAllowedOnDisk => _isAllowedOnDisk.Value;

    /// <summary>Where it is mounted.</summary>
    public string Directory { get; }

    /// <summary>How many bytes are free.</summary>
    public long FreeBytes => new DriveInfo(Directory).AvailableFreeSpace;

    /// <summary>Leaves so much free, by a file that takes the rest.</summary>
    /// <returns>The file's path; removing it makes room again.</returns>
    public string LeaveFree(long bytes)
    {
        string path = $"{Directory}/ballast";
        using FileStream ballast = File.Create(path);
        byte[] chunk = new byte[1 << 12];
        while (FreeBytes > bytes)
        {
            ballast.Write(chunk);
            ballast.Flush();
        }

        return path;
    }

    /// <summary>Unmounts it.</summary>
    public void Dispose()
    {
        // Lazily: a process that another test is just starting holds our files until it has run exec.
        if (!Run("umount", "--lazy", Directory))
            throw new InvalidOperationException($"{Directory} can't be unmounted");
        RemoveFiles();
    }

    private void RemoveFiles()
    {
        System.IO.Directory.Delete(Directory);
        if (_image is not null)
            File.Delete(_image);
    }

    private static bool TryOnce(bool onDisk)
    {
        try
        {
            new SmallFileSystem("1M", onDisk).Dispose();
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}

/// <summary>A test that mounts a file system; skipped where that is not allowed.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    /// <summary>Decides whether the test runs.</summary>
    public MountFactAttribute()
    {
        if (!SmallFileSystem.IsAllowed)
            Skip = "needs the right to mount a file system";
    }
}

/// <summary>A theory that mounts a file system; skipped where that is not allowed.</summary>
public sealed class MountTheoryAttribute : TheoryAttribute
{
    /// <summary>Decides whether the test runs.</summary>
    public MountTheoryAttribute()
    {
        if (!SmallFileSystem.IsAllowed)
            Skip = "needs the right to mount a file system";
    }
}

/// <summary>A test that mounts an ext4 file system in a file; skipped where that is not possible.</summary>
public sealed class DiskFactAttribute : FactAttribute
{
    /// <summary>Decides whether the test runs.</summary>
    public DiskFactAttribute()
    {
        if (!SmallFileSystem.IsAllowedOnDisk)
            Skip = "needs mkfs.ext4 and the right to mount a file in a loop";
    }
}
