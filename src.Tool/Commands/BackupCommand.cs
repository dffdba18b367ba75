using System.CommandLine;
using Netshm.Tool.CommandLine;
using Netshm.Tool.Tables;

namespace Netshm.Tool.Commands;

/// <summary>Copies a table that is in use.</summary>
internal sealed class BackupCommand : TableCommand
{
    private readonly Argument<SharedMemoryName> _target =
        SharedOptions.TableName("TO", "The copy: a file: or local: name that nothing bears.");

    public BackupCommand()
        : base(
            "backup",
            "Copies a table, which may be in use, as of one instant into a new file, and checks the copy. Writers wait "
            + "meanwhile.",
            "backup local:scores file:/var/backups/scores",
            "backup posix:/var/lib/app/table,/table local:table.copy --json") =>
        Arguments.Add(_target);

    protected override int Run(Invocation invocation)
    {
        using var file = new NewFile(invocation.Get(_target));
        int pages;
        LockingMethod locking;
        using (SharedMemoryObject memory = OpenedTable.OpenMemory(invocation.Name, FileAccess.Read, out _))
        using (ShmTable table = OpenedTable.ForReading(invocation))
        {
            pages = PageCopy.Write(invocation, table, memory, file.Draft);
            locking = table.StoredLocking;
        }

        TableReport report = CheckCopy(file.Draft);
        ShmTable.Convert(file.Draft, locking);
        file.Publish();
        string name = invocation.Get(_target).ToString();
        invocation.Output.Write(
            new { name, pages, report.Bindings, report.Keys },
            FormattableString.Invariant(
                $"{name}: {report.Bindings:N0} bindings of {report.Keys:N0} keys in {pages:N0} pages; consistent"));
        return ExitCode.Fine;
    }

    private static TableReport CheckCopy(SharedMemoryName copy)
    {
        using ShmTable table = ShmTable.Open(copy, new ShmTableOptions { Locking = LockingMethod.Record });
        TableReport report = table.Check();
        if (report.IsConsistent)
            return report;

        // Processes that died may have left pages that belong to nothing, and counts that are off: in the copy they
        // are repaired, as the next process to write would do in the table.
        table.Group(() => table.Table.Recoverer.Recover(RecoveryReason.Repair));
        report = table.Check();
        return report.IsConsistent
            ? report
            : throw new CorruptFileException(
                copy.ToString(), report.Violations[0].Page, report.Violations[0].Word, report.Violations[0].Problem);
    }
}
