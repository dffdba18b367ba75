namespace Netshm.Tool.Observation;

/// <summary>Where tables usually lie: <c>/dev/shm</c> and the user's own directory there.</summary>
internal static class UsualPlaces
{
    private const string SidecarEnding = ".netshm";

    /// <summary>This user's directory of <c>local:</c> names.</summary>
    private static readonly string s_userDirectory = Path.GetDirectoryName(SharedMemoryName.Local("name").MemoryPath)!;

    /// <summary>Where POSIX objects lie.</summary>
    public static string SharedMemory { get; } = Path.GetDirectoryName(s_userDirectory)!;

    /// <summary>The directories to look at: those that were asked for, or else the usual ones.</summary>
    /// <exception cref="UsageException">A name is empty.</exception>
    public static IReadOnlyList<string> Directories(IReadOnlyList<string> wanted)
    {
        if (wanted.Contains(""))
            throw new UsageException("a directory's name is empty");
        if (wanted.Count > 0)
            return [.. wanted.Select(Path.GetFullPath)];
        return
        [
            .. new[] { SharedMemory, s_userDirectory }.Where(Directory.Exists),
        ];
    }

    /// <summary>The tables in some directories.</summary>
    /// <remarks>
    /// A POSIX object can't be told from a file in <c>/dev/shm</c>; it gets its own name when its companion lies in one
    /// of the directories, too.
    /// </remarks>
    public static IEnumerable<FoundTable> Tables(IReadOnlyList<string> directories)
    {
        Dictionary<string, string> companions = CompanionsByObject(directories);
        return from directory in directories
               from path in Files(directory)
               where !path.EndsWith(SidecarEnding, StringComparison.Ordinal)
               let table = FoundTable.TryLookAt(NameOf(directory, path, companions))
               where table is not null
               select table;
    }

    /// <summary>What nobody needs any more in some directories.</summary>
    public static IEnumerable<Orphan> Orphans(IReadOnlyList<string> directories) =>
        from directory in directories
        from path in Files(directory)
        let orphan = Orphan.TryFind(path)
        where orphan is not null
        select orphan;

    /// <summary>The tables that were in some directories, where another one or their sidecar is now, and that are in use.</summary>
    public static IEnumerable<RemovedTable> Removed(IReadOnlyList<string> directories)
    {
        IEnumerable<string> paths =
            from directory in directories
            from path in Files(directory)
            let isSidecar = path.EndsWith(SidecarEnding, StringComparison.Ordinal)
            where isSidecar ? Marks.BeginSidecar(path) : Marks.BeginTable(path)
            select isSidecar ? path[..^SidecarEnding.Length] : path;
        return paths.Distinct().SelectMany(path => RemovedTable.Of(SharedMemoryName.File(path)));
    }

    private static IEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal);

    private static SharedMemoryName NameOf(string directory, string path, Dictionary<string, string> companions)
    {
        if (directory == s_userDirectory)
            return SharedMemoryName.Local(Path.GetFileName(path));
        return companions.TryGetValue(path, out string? companion)
            ? SharedMemoryName.Posix(companion, "/" + Path.GetFileName(path))
            : SharedMemoryName.File(path);
    }

    private static Dictionary<string, string> CompanionsByObject(IReadOnlyList<string> directories)
    {
        var companions = new Dictionary<string, string>();
        foreach (string path in directories.SelectMany(Files))
        {
            if (Marks.ObjectOfCompanion(path) is { } name)
                companions[SharedMemory + name] = path;
        }

        return companions;
    }
}
