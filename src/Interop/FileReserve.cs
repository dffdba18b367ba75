namespace Netshm.Interop;

/// <summary>The last files that this process may have open, which are left to others.</summary>
/// <remarks>
/// The .NET runtime ends the process when it needs a file and gets none, as it does to throw an exception for the first time.
/// So tables stop some files before the limit, where an exception can still tell of it.
/// </remarks>
internal static class FileReserve
{
    private const int Files = 64;
    private static int s_latest;

    /// <summary>Whether only these are left.</summary>
    public static bool IsReached
    {
        get
        {
            // The kernel gives the lowest free number. The latest one may be out of date when it is high, not when it is low.
            ulong limit = Libc.OpenFileLimit;
            ulong first = limit - Math.Min(limit / 2, Files);
            if ((ulong)Volatile.Read(ref s_latest) < first)
                return false;
            int next = Libc.NextDescriptor();
            Note(next);
            return (ulong)next >= first;
        }
    }

    /// <summary>To be told the number of each file that was opened.</summary>
    public static void Note(int descriptor) => Volatile.Write(ref s_latest, Math.Max(descriptor, 0));
}
