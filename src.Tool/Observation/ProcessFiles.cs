using System.Globalization;

namespace Netshm.Tool.Observation;

/// <summary>What the processes of this machine have open and mapped, as far as this one may see it; see proc(5).</summary>
internal static class ProcessFiles
{
    /// <summary>The processes that have a file mapped.</summary>
    public static IReadOnlyList<int> ThatMap(string path, ulong inode)
    {
        string full = Path.GetFullPath(path);
        string number = inode.ToString(CultureInfo.InvariantCulture);
        return [.. AllProcesses().Where(process => Maps(process, full, number))];
    }

    /// <summary>The processes that have a file mapped which was removed from a path, or replaced there.</summary>
    public static IReadOnlyList<int> ThatMapRemoved(string path)
    {
        string removed = $" {Path.GetFullPath(path)} (deleted)";
        return
        [
            .. AllProcesses().Where(process =>
                ReadLines($"/proc/{process}/maps").Any(line => line.EndsWith(removed, StringComparison.Ordinal))),
        ];
    }

    /// <summary>The process that has an open-file-description lock on a byte of a file; null when it can't be told.</summary>
    public static int? ThatLocks(ulong inode, long position)
    {
        string file = string.Create(CultureInfo.InvariantCulture, $":{inode} {position} ");
        foreach (int process in AllProcesses())
        {
            if (HasLock(process, file))
                return process;
        }

        return null;
    }

    /// <summary>The name of a process's program, or a question mark when it can't be told.</summary>
    public static string NameOf(int process) =>
        ReadLines($"/proc/{process}/comm").FirstOrDefault() ?? "?";

    private static IEnumerable<int> AllProcesses() =>
        from directory in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(directory)
        where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        let process = int.Parse(name, CultureInfo.InvariantCulture)
        orderby process
        select process;

    private static bool Maps(int process, string path, string inode) =>
        ReadLines($"/proc/{process}/maps").Any(line =>
            line.EndsWith(' ' + path, StringComparison.Ordinal)
            && line.Contains($" {inode} ", StringComparison.Ordinal));

    private static bool HasLock(int process, string file)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fdinfo").SelectMany(ReadLines).Any(line =>
                line.StartsWith("lock:", StringComparison.Ordinal) && line.Contains(file, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended meanwhile, or is another user's.
        }
    }

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // It has ended meanwhile, or is another user's.
        }
    }
}
