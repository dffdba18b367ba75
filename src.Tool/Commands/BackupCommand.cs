using System.CommandLine;

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
        TableReport? report = null;
        using (ShmTable table = OpenedTable.ForReading(invocation))
            ProgressBar.Show(invocation, "copying", progress => report = table.CopyTo(file.Draft, progress));
        file.Publish();
        string name = invocation.Get(_target).ToString();
        invocation.Output.Write(
            new { name, pages = report!.TotalPages, report.Bindings, report.Keys },
            FormattableString.Invariant(
                $"{name}: {report.Bindings:N0} bindings of {report.Keys:N0} keys in {report.TotalPages:N0} pages; consistent"));
        return ExitCode.Fine;
    }
}
