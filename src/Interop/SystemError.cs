namespace Netshm.Interop;

/// <summary>Turns the error number of a failed system call into the exception .NET programmers expect.</summary>
internal static class SystemError
{
    /// <summary>The exception for the last failed call.</summary>
    /// <param name="action">What failed, as in "open" or "allocate 4096 bytes in".</param>
    /// <param name="path">The file it failed on.</param>
    public static Exception Last(string action, string path) => From(Marshal.GetLastPInvokeError(), action, path);

    public static Exception From(int errorNumber, string action, string path)
    {
        string message = $"cannot {action} {path}: {Marshal.GetPInvokeErrorMessage(errorNumber)}{ProcessLimits.Explain(errorNumber)}";
        return errorNumber switch
        {
            Libc.ENOENT => new FileNotFoundException(message, path),
            Libc.EACCES or Libc.EPERM or Libc.EROFS => new UnauthorizedAccessException(message),
            Libc.ENOSPC or Libc.EDQUOT or Libc.EFBIG or Libc.ENOMEM => new OutOfSpaceException(message),
            Libc.ENAMETOOLONG => new PathTooLongException(message),
            Libc.ELOOP => new IOException($"{message} (a symbolic link is not followed)"),
            _ => new IOException(message),
        };
    }
}
