namespace Netshm.Interop;

/// <summary>What makes two paths the same file: device and inode.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    public static FileIdentity Of(in Libc.Status status) => new(status.DeviceMajor, status.DeviceMinor, status.Inode);

    /// <summary>Whether it is the file that was looked at.</summary>
    public bool IsOf(in Libc.Status status) => this == Of(status);
}
