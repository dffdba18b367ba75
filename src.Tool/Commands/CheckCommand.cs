namespace Netshm.Tool.Commands;

/// <summary>Checks a table.</summary>
internal sealed class CheckCommand : TableCommand
{
    public CheckCommand()
        : base(
            "check",
            "Walks over a whole table and lists every violation of the format. Exit code 3 when there is one.",
            "check local:scores",
            "check file:/dev/shm/scores --json")
    {
    }

    protected override int Run(Invocation invocation)
    {
        TableReport report = Check(invocation);
        IReadOnlyList<RemovedTable> removed = RemovedTable.Of(invocation.Name);
        invocation.Output.Write(
            new
            {
                name = report.Name,
                report.IsConsistent,
                report.Bindings,
                report.Keys,
                report.TotalPages,
                report.FreePages,
                report.MaxProbes,
                report.Violations,
                report.Notes,
                removed,
            },
            string.Join("\nnote: ", [report.ToString(), .. removed]));
        return report.IsConsistent ? ExitCode.Fine : ExitCode.Damaged;
    }

    private static TableReport Check(Invocation invocation)
    {
        try
        {
            using ShmTable table = OpenedTable.ForReading(invocation);
            return table.Check();
        }
        catch (CorruptFileException)
        {
            // Who can't even join the table looks at it from outside: nobody else can join it and modify it, either.
            using SharedMemoryObject damaged = OpenedTable.OpenMemory(invocation.Name, FileAccess.Read, out _);
            TableReport report = ShmTable.Check(damaged);
            if (report.IsConsistent)
                throw;
            return report;
        }
    }
}
