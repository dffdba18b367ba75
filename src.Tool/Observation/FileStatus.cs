using System.Runtime.InteropServices;
using System.Text;

namespace Netshm.Tool.Observation;

/// <summary>What the kernel tells of a file and .NET does not; see statx(2). A symbolic link is not followed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct FileStatus
{
    private const int CurrentDirectory = -100, NoFollow = 0x100, BasicStats = 0x7FF;
    private const int TypeMask = 0xF000, Regular = 0x8000;

    [FieldOffset(28)]
    private readonly ushort _mode;

    [FieldOffset(32)]
    private readonly ulong _inode;

    [FieldOffset(136)]
    private readonly uint _deviceMajor;

    [FieldOffset(140)]
    private readonly uint _deviceMinor;

    /// <summary>The file's number on its device.</summary>
    public ulong Inode => _inode;

    /// <summary>The device, as /proc writes it.</summary>
    public string Device => FormattableString.Invariant($"{_deviceMajor:x2}:{_deviceMinor:x2}");

    public bool IsRegularFile => (_mode & TypeMask) == Regular;

    /// <summary>Looks at what lies at a path; null when nothing does, or it may not be looked at.</summary>
    public static FileStatus? TryOf(string path) =>
        Statx(CurrentDirectory, Encoding.UTF8.GetBytes(path + '\0'), NoFollow, BasicStats, out FileStatus status) == 0
            ? status
            : null;

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int directory, byte[] path, int flags, uint mask, out FileStatus status);
}
