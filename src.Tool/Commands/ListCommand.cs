using Spectre.Console;

namespace Netshm.Tool.Commands;

/// <summary>Lists tables.</summary>
internal sealed class ListCommand : PlacesCommand
{
    public ListCommand()
        : base(
            "list",
            "Lists the tables in the usual places, and files that nobody needs any more. Takes no locks.",
            "list",
            "list /var/lib/app --json")
    {
    }

    protected override int Run(Invocation invocation)
    {
        IReadOnlyList<string> directories = Directories(invocation);
        List<FoundTable> tables = [.. UsualPlaces.Tables(directories)];
        List<Orphan> orphans = [.. UsualPlaces.Orphans(directories)];
        List<RemovedTable> removed = [.. UsualPlaces.Removed(directories)];
        invocation.Output.Write(
            new { tables, orphans, removed }, () => Show(invocation.Output, tables, orphans, removed));
        return ExitCode.Fine;
    }

    private static void Show(Output output, List<FoundTable> tables, List<Orphan> orphans, List<RemovedTable> removed)
    {
        Table table = output.NewTable("name", "state", "bytes", "page size", "bindings", "users");
        foreach (FoundTable found in tables)
        {
            table.AddRow(
                Markup.Escape(found.Name),
                found.State,
                $"{found.FileLength:N0}",
                $"{found.PageSize:N0}",
                $"{found.Bindings:N0}",
                $"{found.Users}");
        }

        if (tables.Count > 0)
            output.Console.Write(table);
        else
            Output.WriteLine("no tables");
        foreach (Orphan orphan in orphans)
            Output.WriteLine($"{orphan.Path}: {orphan.Reason}");
        removed.ForEach(one => Output.WriteLine(one.ToString()));
    }
}
