using Netshm.Exploration;

namespace Netshm.Interop;

/// <summary>What makes two paths the same file to one simulated process: it shares no open files with the others.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode, int Process)
{
    public static FileIdentity Of(in Libc.Status status) =>
        new(status.DeviceMajor, status.DeviceMinor, status.Inode, SimulatedProcess.Current?.Number ?? 0);

    /// <summary>Whether it is the file that was looked at, whichever process has it open.</summary>
    public bool IsOf(in Libc.Status status) => this == Of(status) with { Process = Process };
}
