namespace Netshm.Interop;

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

    /// <summary>Makes sure that nobody else can use a directory of the user's.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="mayCreate">Whether to create it where it is missing.</param>
    /// <exception cref="FileNotFoundException">It is missing, and was not to be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not the user's, or others can enter it.</exception>
    public static void EnsurePrivate(string directory, bool mayCreate)
    {
        if (mayCreate)
            Create(directory);
        if (Libc.Stat(FaultPoint.ExamineUserDirectory, directory, out Libc.Status status) != 0)
            throw SystemError.Last("examine", directory);
        if (!status.IsDirectory || status.UserId != Libc.EffectiveUserId() || (status.Permissions & OthersMask) != 0)
        {
            throw new UnauthorizedAccessException(
                $"{directory} must be a directory of user {Libc.EffectiveUserId()} that nobody else can enter; " +
                $"found owner {status.UserId} and permissions {status.Permissions}");
        }
    }

    private static void Create(string directory)
    {
        if (Libc.MakeDirectory(FaultPoint.CreateUserDirectory, directory, (int)OwnerOnly) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.EEXIST)
                throw SystemError.Last("create", directory);
            return;
        }

        // The umask may have taken bits away. Nobody else can have put a link there: the directory above is sticky.
        if (Libc.ChangeMode(FaultPoint.ChangeModeOfUserDirectory, directory, (int)OwnerOnly) != 0)
            throw SystemError.Last("change the permissions of", directory);
    }
}
