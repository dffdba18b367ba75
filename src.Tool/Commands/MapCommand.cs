namespace Netshm.Tool.Commands;

/// <summary>Draws the pages of a table.</summary>
internal sealed class MapCommand : TableCommand
{
    private readonly CommandOption<bool> _fill = new("--fill")
    {
        Description = "Digits that tell how full the pages are, in tenths, in place of letters.",
    };

    public MapCommand()
        : base(
            "map",
            "Draws the pages of a table: what each holds, and how full it is. Damaged tables are drawn, too.",
            "map local:scores",
            "map local:scores --fill",
            "map local:scores --json") =>
        Options.Add(_fill);

    protected override int Run(Invocation invocation)
    {
        PageState[] pages = Read(invocation);
        invocation.Output.Write(
            new { name = invocation.Name.ToString(), kinds = PageKindSummary.Of(pages), runs = RunsOf(pages) },
            () => PagePicture.Draw(invocation.Output, pages, invocation.Get(_fill)));
        return ExitCode.Fine;
    }

    private static PageState[] Read(Invocation invocation)
    {
        try
        {
            using ShmTable table = OpenedTable.ForReading(invocation);
            return [.. TablePages.Of(table)];
        }
        catch (CorruptFileException)
        {
            using SharedMemoryObject damaged = OpenedTable.OpenMemory(invocation.Name, FileAccess.Read, out _);
            return [.. TablePages.Of(damaged)];
        }
    }

    /// <summary>The pages in runs of the same kind.</summary>
    private static List<PageRun> RunsOf(PageState[] pages)
    {
        var runs = new List<PageRun>();
        for (int first = 0, end; first < pages.Length; first = end)
        {
            end = first + 1;
            while (end < pages.Length && pages[end].Kind == pages[first].Kind)
                end++;
            double fill = pages[first..end].Average(page => page.Fill);
            runs.Add(new PageRun(pages[first].Kind, first, end - first, Math.Round(fill, 3)));
        }

        return runs;
    }

    private sealed record PageRun(PageKind Kind, int First, int Pages, double Fill);
}
