using System.Globalization;

namespace Netshm.Tool.Commands;

/// <summary>Tells how a table is laid out, how full it is and who uses it.</summary>
internal sealed class StatCommand : TableCommand
{
    public StatCommand()
        : base(
            "stat",
            "Tells how a table is laid out, how full it is, how far searches go, and who uses it.",
            "stat local:scores",
            "stat posix:/var/lib/app/table,/table --json")
    {
    }

    protected override int Run(Invocation invocation)
    {
        using SharedMemoryObject memory = OpenedTable.OpenMemory(invocation.Name, FileAccess.Read, out _);
        SidecarView? sidecar = SidecarView.Of(memory); // Before this process takes a slot itself.
        using ShmTable table = OpenedTable.ForReading(invocation);
        TableStatistics statistics = table.GetStatistics();
        IReadOnlyList<FoundUser> users = TableUsers.Of(memory);
        IReadOnlyList<RemovedTable> removed = RemovedTable.Of(table.Name);
        var answer = new
        {
            name = table.Name.ToString(),
            path = table.Name.MemoryPath,
            fileLength = memory.Length,
            locking = table.Locking,
            statistics,
            users,
            removed,
            sidecar,
        };
        invocation.Output.Write(answer, () =>
        {
            Show(table, memory, statistics, users, sidecar);
            foreach (RemovedTable one in removed)
                Output.WriteLine($"note: {one}");
        });
        return ExitCode.Fine;
    }

    private static void Show(
        ShmTable table,
        SharedMemoryObject memory,
        TableStatistics statistics,
        IReadOnlyList<FoundUser> users,
        SidecarView? sidecar)
    {
        Output.WriteFacts(
            ("name", table.Name.ToString()),
            ("file", Text($"{table.Name.MemoryPath}, {memory.Length:N0} bytes")),
            ("keys", Text($"{statistics.Keys:N0}")),
            ("bindings", Text($"{statistics.Bindings:N0}")),
            ("values", Text(
                $"{statistics.ValuesLengthInWords:N0} words, the longest {statistics.LongestValueInWords:N0}")),
            ("page size", Text($"{statistics.PageSize:N0} bytes") + Advice(statistics)),
            ("pages", Text(
                $"{statistics.TotalPages:N0}: {statistics.HashPages:N0} of the hash table, {statistics.FreePages:N0} free")),
            ("cells", Text($"{statistics.Cells:N0}, {statistics.UsedCells:N0} used: load {statistics.Load:P1}") +
                (statistics.IsRehashing ? "; being laid out anew" : "")),
            ("probes", Text($"{statistics.AverageProbes:N2} on average, {statistics.MaxProbes:N0} at most") +
                (statistics.IsFlooded ? ": keys fall together by more than chance" : "")),
            ("locking", table.Locking.ToString()),
            ("sidecar", sidecar is null ? "none" : Text($"{sidecar.Path}, {sidecar.Epoch:N0} times locked")),
            ("changes", sidecar?.Changes is { } changes
                ? Text($"{changes.Last:N0}, the last {changes.Capacity:N0} are kept")
                : "no feed"),
            ("lock holder", HolderOf(sidecar)),
            ("users", users.Count == 0 ? "none" : string.Join(", ", users.Select(Describe))));
    }

    private static string HolderOf(SidecarView? sidecar) => sidecar switch
    {
        null or { OwnerSlot: null } => "none",
        { OwnerProcessId: { } process } => Text($"slot {sidecar.OwnerSlot}, process {process}"),
        _ => Text($"slot {sidecar.OwnerSlot}, whose process is dead or can't be seen"),
    };

    private static string Advice(TableStatistics statistics) => statistics.BestPageSize == statistics.PageSize
        ? ""
        : Text($"; with {statistics.BestPageSize:N0} the bindings would take ") +
            Text($"{statistics.BestBindingBytes:N0} bytes instead of {statistics.BindingBytes:N0}");

    private static string Describe(FoundUser user) =>
        Text($"{user.Program} {user.ProcessId} ({user.Locking?.ToString() ?? "only maps it"})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
