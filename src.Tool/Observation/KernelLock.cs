using System.Globalization;

namespace Netshm.Tool.Observation;

/// <summary>A lock on a file as the kernel lists it; see proc_locks(5).</summary>
/// <param name="IsWaiting">Whether it is waited for, not held.</param>
/// <param name="IsOfOpenFile">Whether it belongs to an open file, not to a process.</param>
/// <param name="IsExclusive">Whether it is a write lock.</param>
/// <param name="ProcessId">The process, as this process's namespace numbers it; -1 when it can't be told.</param>
/// <param name="First">The first byte.</param>
/// <param name="Last">The last byte.</param>
internal sealed record KernelLock(
    bool IsWaiting, bool IsOfOpenFile, bool IsExclusive, int ProcessId, long First, long Last)
{
    private const string ListFile = "/proc/locks";
    private const int FieldCount = 8;
    private const int ArrowField = 1, OwnerTypeField = 1, TypeField = 3, ProcessField = 4, FileField = 5;

    /// <summary>The locks on the file at a path, held and waited for.</summary>
    public static IReadOnlyList<KernelLock> On(string path)
    {
        if (FileStatus.TryOf(path) is not { } file)
            return [];
        string inode = string.Create(CultureInfo.InvariantCulture, $":{file.Inode}");
        List<string[]> sameInode =
        [
            .. File.ReadLines(ListFile)
                .Select(Fields)
                .Where(fields => fields.Length == FieldCount
                    && fields[FileField].EndsWith(inode, StringComparison.Ordinal)),
        ];

        // Some file systems show another device here than to those who ask for the file's status.
        List<string[]> sameFile =
            sameInode.FindAll(fields => fields[FileField].StartsWith(file.Device + ":", StringComparison.Ordinal));
        List<KernelLock> locks = [.. (sameFile.Count > 0 ? sameFile : sameInode).Select(Parse)];

        // The kernel hands the list out in pieces: when locks come and go in between, one may be in two of them.
        KernelLock[] held = [.. locks.FindAll(one => !one.IsWaiting).Distinct()];
        return [.. WithProcesses(held, file.Inode), .. locks.FindAll(one => one.IsWaiting)];
    }

    /// <summary>Tells whose the locks of open files are, as far as this process may see it; the kernel's list does not.</summary>
    private static IEnumerable<KernelLock> WithProcesses(KernelLock[] held, ulong inode)
    {
        if (!Array.Exists(held, one => one.IsOfOpenFile))
            return held;
        ILookup<KernelLock, int> processes = ProcessFiles.LocksOn(inode)
            .Select(one => (one.Process, Fields: Fields(one.Line)))
            .Where(one => one.Fields.Length == FieldCount)
            .Distinct()
            .ToLookup(one => Parse(one.Fields), one => one.Process);
        return held.SelectMany(one => one.IsOfOpenFile && processes.Contains(one)
            ? processes[one].Distinct().Select(process => one with { ProcessId = process })
            : [one]);
    }

    /// <summary>
    /// The fields of <c>1: POSIX  ADVISORY  WRITE 123 00:1a:456 0 EOF</c>; a lock that is waited for has an arrow after
    /// the number.
    /// </summary>
    private static string[] Fields(string line)
    {
        string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > FieldCount && fields[ArrowField] == "->"
            ? ["->", .. fields[(ArrowField + 1)..]]
            : fields;
    }

    private static KernelLock Parse(string[] fields) => new(
        fields[0] == "->",
        fields[OwnerTypeField] == "OFDLCK",
        fields[TypeField] == "WRITE",
        int.Parse(fields[ProcessField], CultureInfo.InvariantCulture),
        ParseByte(fields[FileField + 1]),
        ParseByte(fields[FileField + 2]));

    private static long ParseByte(string text) =>
        text == "EOF" ? long.MaxValue : long.Parse(text, CultureInfo.InvariantCulture);
}
