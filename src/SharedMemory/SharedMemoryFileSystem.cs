using System.Runtime.InteropServices;

namespace Netshm;

/// <summary>Where shared memory lies in the file system.</summary>
internal static class SharedMemoryFileSystem
{
    /// <summary>Where Linux keeps POSIX shared-memory objects (shm_overview(7)).</summary>
    public const string Directory = "/dev/shm";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersMask = (UnixFileMode)0x3F;

    /// <summary>The directory of this user's <see cref="SharedMemoryName.Local"/> names.</summary>
    public static string UserDirectory { get; } =
        string.Create(null, $"{Directory}/netshm-{Libc.EffectiveUserId()}");

    /// <summary>Makes sure that nobody else can use the user's directory.</summary>
    /// <param name="mayCreate">Whether to create it where it is missing.</param>
    /// <exception cref="FileNotFoundException">It is missing, and was not to be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not the user's, or others can enter it.</exception>
    public static void EnsureUserDirectory(bool mayCreate)
    {
        if (mayCreate)
            Create();
        if (Libc.Stat(UserDirectory, out Libc.Status status) != 0)
            throw SystemError.Last("examine", UserDirectory);
        if (!status.IsDirectory || status.UserId != Libc.EffectiveUserId() || (status.Permissions & OthersMask) != 0)
        {
            throw new UnauthorizedAccessException(
                $"{UserDirectory} must be a directory of user {Libc.EffectiveUserId()} that nobody else can enter; " +
                $"found owner {status.UserId} and permissions {status.Permissions}");
        }
    }

    private static void Create()
    {
        if (Libc.MakeDirectory(UserDirectory, (int)OwnerOnly) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.EEXIST)
                throw SystemError.Last("create", UserDirectory);
            return;
        }

        // The umask may have taken bits away. Nobody else can have put a link there: the directory above is sticky.
        File.SetUnixFileMode(UserDirectory, OwnerOnly);
    }
}
