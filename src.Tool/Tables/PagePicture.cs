using System.Text;
using Spectre.Console;

namespace Netshm.Tool.Tables;

/// <summary>Draws a table's pages, one letter for each, or for a run of them where there are many.</summary>
internal static class PagePicture
{
    private const int MaxRows = 32;
    private const int PlainColumns = 64;
    private const int LabelWidth = 12;

    private static readonly (PageKind Kind, char Letter, string Color, string Name)[] s_kinds =
    [
        (PageKind.Master, 'M', "magenta", "master page"),
        (PageKind.Descriptor, 'D', "magenta", "descriptor"),
        (PageKind.HashTable, 'H', "yellow", "hash table"),
        (PageKind.Binding, 'B', "green", "bindings"),
        (PageKind.FurtherBinding, 'b', "cyan", "further pages of bindings"),
        (PageKind.Free, '.', "grey", "free"),
        (PageKind.Unknown, '?', "red", "belong to nothing"),
    ];

    /// <summary>Draws the pages and tells what the letters mean.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="pages">The pages.</param>
    /// <param name="byFill">Digits that tell the tenths of the room taken in place of letters.</param>
    public static void Draw(Output output, PageState[] pages, bool byFill)
    {
        bool isPlain = !output.Console.Profile.Capabilities.Ansi;
        int columns = isPlain ? PlainColumns : Math.Max(1, output.Console.Profile.Width - LabelWidth);
        int pagesPerLetter = ((pages.Length - 1) / (columns * MaxRows)) + 1;
        for (int first = 0; first < pages.Length; first += columns * pagesPerLetter)
        {
            var row = new StringBuilder().Append(null, $"{first,LabelWidth - 2}  ");
            int end = Math.Min(pages.Length, first + (columns * pagesPerLetter));
            for (int page = first; page < end; page += pagesPerLetter)
                row.Append(LetterOf(pages.AsSpan(page, Math.Min(pagesPerLetter, pages.Length - page)), byFill));
            output.Console.MarkupLine(row.ToString());
        }

        DrawLegend(output, pages, pagesPerLetter);
    }

    /// <summary>The letter of the kind that most of some pages have, or the digit of their fill.</summary>
    private static string LetterOf(ReadOnlySpan<PageState> pages, bool byFill)
    {
        Span<int> counts = stackalloc int[s_kinds.Length];
        double fill = 0;
        foreach (PageState page in pages)
        {
            counts[IndexOf(page.Kind)]++;
            fill += page.Fill / pages.Length;
        }

        int most = 0;
        for (int i = 1; i < counts.Length; i++)
            most = counts[i] > counts[most] ? i : most;
        (_, char letter, string color, _) = s_kinds[most];
        return $"[{color}]{(byFill ? (char)('0' + Math.Min(9, (int)(10 * fill))) : letter)}[/]";
    }

    private static void DrawLegend(Output output, PageState[] pages, int pagesPerLetter)
    {
        if (pagesPerLetter > 1)
            Output.WriteLine($"Each letter stands for {pagesPerLetter} pages.");
        Table legend = output.NewTable("", "pages hold", "pages", "fill");
        foreach (PageKindSummary summary in PageKindSummary.Of(pages))
        {
            (_, char letter, string color, string name) = s_kinds[IndexOf(summary.Kind)];
            legend.AddRow($"[{color}]{letter}[/]", name, $"{summary.Pages:N0}", $"{summary.Fill:P0}");
        }

        output.Console.Write(legend);
    }

    private static int IndexOf(PageKind kind) => Array.FindIndex(s_kinds, known => known.Kind == kind);
}

/// <summary>All pages of a kind.</summary>
/// <param name="Kind">What they hold.</param>
/// <param name="Pages">How many there are.</param>
/// <param name="Fill">Which part of their room is taken on average, from 0 to 1.</param>
internal sealed record PageKindSummary(PageKind Kind, int Pages, double Fill)
{
    public static IReadOnlyList<PageKindSummary> Of(PageState[] pages) =>
    [
        .. from page in pages
           group page by page.Kind into same
           orderby same.Key == PageKind.Unknown, same.Key
           select new PageKindSummary(same.Key, same.Count(), same.Average(page => page.Fill)),
    ];
}
