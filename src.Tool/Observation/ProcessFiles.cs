using System.Globalization;

namespace Netshm.Tool.Observation;

/// <summary>What the processes of this machine have open and mapped, as far as this one may see it; see proc(5).</summary>
internal static class ProcessFiles
{
    /// <summary>The processes that have a file mapped.</summary>
    public static IReadOnlyList<int> ThatMap(string path)
    {
        string full = Path.GetFullPath(path);
        string? number = FileStatus.TryOf(path)?.Inode.ToString(CultureInfo.InvariantCulture);
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

    /// <summary>The locks that processes have on a file through their open files, as lines of /proc/locks.</summary>
    public static IEnumerable<(int Process, string Line)> LocksOn(ulong inode)
    {
        const string prefix = "lock:";
        string file = string.Create(CultureInfo.InvariantCulture, $":{inode} ");
        return from process in AllProcesses()
               from line in DescriptorLines(process)
               where line.StartsWith(prefix, StringComparison.Ordinal) && line.Contains(file, StringComparison.Ordinal)
               select (process, line[prefix.Length..]);
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

    private static bool Maps(int process, string path, string? inode) =>
        ReadLines($"/proc/{process}/maps").Any(line =>
            line.EndsWith(' ' + path, StringComparison.Ordinal)
            && line.Contains($" {inode} ", StringComparison.Ordinal));

    private static List<string> DescriptorLines(int process)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{process}/fdinfo").SelectMany(ReadLines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // It has ended meanwhile, or is another user's.
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
