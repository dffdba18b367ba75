using System.Diagnostics;
using System.Globalization;

namespace Netshm.TestKit;

/// <summary>Record locks as the kernel sees them.</summary>
public static class KernelLocks
{
    private const long FirstReserved = 1L << 62;

    /// <summary>The locks that are held on a table's pages, as the kernel lists them: see proc_locks(5).</summary>
    public static IReadOnlyList<(string Type, long First, long Last)> On(SharedMemoryName name) =>
        [.. All(name).Where(held => held.First < FirstReserved)];

    /// <summary>Whether a process is finding out what a table's file holds, or creates it, and keeps others from it.</summary>
    public static bool IsBeingOpened(SharedMemoryName name) =>
        All(name).Any(held => held is { Type: "WRITE", First: FirstReserved });

    /// <summary>Whether a byte is locked so.</summary>
    public static bool Cover(SharedMemoryName name, string type, long lockedByte) =>
        On(name).Any(held => held.Type == type && held.First <= lockedByte && lockedByte <= held.Last);

    /// <summary>Whether a process waits in the kernel for a lock on a table's file.</summary>
    public static bool IsWaitedFor(SharedMemoryName name)
    {
        string inode = InodeOf(name);
        return File.ReadAllLines("/proc/locks").Any(line =>
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "->", ..] fields
            && fields[6].EndsWith($":{inode}", StringComparison.Ordinal));
    }

    private static string InodeOf(SharedMemoryName name)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%i", name.LockPath])
        {
            RedirectStandardOutput = true,
        })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    private static IReadOnlyList<(string Type, long First, long Last)> All(SharedMemoryName name)
    {
        string inode = InodeOf(name);
        IEnumerable<(string, long, long)> locks =
            from line in File.ReadAllLines("/proc/locks")
            let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            where fields is [_, "POSIX", ..] && fields[5].EndsWith($":{inode}", StringComparison.Ordinal)
            let start = long.Parse(fields[6], CultureInfo.InvariantCulture)
            orderby start
            select (fields[3], start, fields[7] == "EOF" ? long.MaxValue : long.Parse(fields[7], CultureInfo.InvariantCulture));

        // The kernel hands the list out in pieces: when locks come and go in between, one may be in two of them.
        return [.. locks.Distinct()];
    }
}
