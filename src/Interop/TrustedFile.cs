namespace Netshm.Interop;

/// <summary>Opens files that must be such as this library makes; docs/Locking.md, "Whom to trust".</summary>
internal static class TrustedFile
{
    /// <summary>Opens a file without creating it, following a symbolic link or waiting for anybody.</summary>
    /// <returns>The open file, whatever lies there by then; null when nothing does.</returns>
    /// <exception cref="UntrustedFileException">Something else than a regular file with one name lies there.</exception>
    public static FileHandle? TryOpen(string path, bool writable)
    {
        // Merely opening a device may do something, and closing a second descriptor of a file drops its locks: so a look
        // comes first. The caller looks at what was opened, too, since it may have changed in between.
        if (Libc.Stat(FaultPoint.LookBeforeOpening, path, out Libc.Status status) == 0)
            ThrowIfUnfit(path, status);

        // O_NONBLOCK keeps a planted FIFO from blocking the call; it means nothing for the regular files accepted. Without
        // O_CREAT the kernel lets files of other users be opened, too (proc(5), protected_regular).
        int flags = (writable ? Libc.O_RDWR : Libc.O_RDONLY) | Libc.O_NONBLOCK | Libc.O_CLOEXEC | Libc.O_NOFOLLOW;
        FileHandle file = Libc.Open(FaultPoint.OpenFile, path, flags, 0);
        if (!file.IsInvalid)
            return file;
        return Marshal.GetLastPInvokeError() == Libc.ENOENT ? null : throw SystemError.Last("open", path);
    }

    /// <exception cref="UntrustedFileException">It is no regular file with one name.</exception>
    public static void ThrowIfUnfit(string path, in Libc.Status status)
    {
        if (!status.IsRegularFile)
            throw new UntrustedFileException(path, $"is {status.Kind}", "a regular file");

        // A file that was removed while it was open has none.
        if (status.Links > 1)
            throw new UntrustedFileException(path, $"has {status.Links} names (hard links)", "1");
    }

    /// <summary>Makes sure that a file beside a table's memory was put there by somebody who may modify the table.</summary>
    /// <exception cref="UntrustedFileException">It belongs to somebody else.</exception>
    public static void ThrowIfOfStranger(string path, in Libc.Status file, in Libc.Status table)
    {
        const uint root = 0;
        bool isTrusted = file.UserId == table.UserId || file.UserId is root || file.UserId == Libc.EffectiveUserId()
            || table.Permissions.HasFlag(UnixFileMode.OtherWrite)
            || (table.Permissions.HasFlag(UnixFileMode.GroupWrite) && file.GroupId == table.GroupId);
        if (!isTrusted)
        {
            throw new UntrustedFileException(path, $"belongs to user {file.UserId}",
                $"the table's user {table.UserId}, or another one who may modify the table");
        }
    }
}
