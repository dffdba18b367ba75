using System.Runtime.InteropServices;

namespace Netshm;

/// <summary>Where shared memory lies in the file system.</summary>
internal static class SharedMemoryFileSystem
{
    /// <summary>Where Linux keeps POSIX shared-memory objects (shm_overview(7)).</summary>
    public const string Directory = "/dev/shm";

    private const UnixFileMode OthersMask = (UnixFileMode)0x3F;

    /// <summary>The directory of this user's <see cref="SharedMemoryName.Local"/> names.</summary>
    public static string UserDirectory { get; } =
        string.Create(null, $"{Directory}/netshm-{Libc.EffectiveUserId()}");

    /// <summary>Creates the user's directory where it is missing, and makes sure that nobody else can use it.</summary>
    public static void EnsureUserDirectory()
    {
        const int ownerOnly = 0x1C0;
        if (Libc.MakeDirectory(UserDirectory, ownerOnly) != 0 && Marshal.GetLastPInvokeError() != Libc.EEXIST)
            throw SystemError.Last("create", UserDirectory);
        if (Libc.Stat(UserDirectory, out Libc.Status status) != 0)
            throw SystemError.Last("examine", UserDirectory);
        if (!status.IsDirectory || status.UserId != Libc.EffectiveUserId() || (status.Permissions & OthersMask) != 0)
        {
            throw new UnauthorizedAccessException(
                $"{UserDirectory} must be a directory of user {Libc.EffectiveUserId()} that nobody else can enter; " +
                $"found owner {status.UserId} and permissions {status.Permissions}");
        }
    }
}
