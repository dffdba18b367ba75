namespace Netshm.Tool.Observation;

/// <summary>A table that a process uses still, though its file was removed from its path, or another one was put there.</summary>
/// <param name="Path">Where it lay.</param>
/// <param name="ProcessId">The process.</param>
/// <param name="Program">Its program's name.</param>
internal sealed record RemovedTable(string Path, int ProcessId, string Program)
{
    /// <summary>The tables that were at a name, and that processes use still.</summary>
    public static IReadOnlyList<RemovedTable> Of(SharedMemoryName name) =>
    [
        .. ProcessFiles.ThatMapRemoved(name.MemoryPath)
            .Select(process => new RemovedTable(name.MemoryPath, process, ProcessFiles.NameOf(process))),
    ];

    /// <summary>What the user should know of it.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Program} {ProcessId} uses a table that was removed from {Path}, or replaced there: what it writes is lost to others");
}
