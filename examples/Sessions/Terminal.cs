using Spectre.Console;

namespace Sessions;

/// <summary>The console that the display and tables are shown on.</summary>
internal static class Terminal
{
    /// <summary>Opens standard output: with colours and a live display on a terminal, as plain text elsewhere.</summary>
    public static IAnsiConsole Open()
    {
        bool isTerminal = !Console.IsOutputRedirected;
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,

            // Spectre.Console would write colours for build services even to a file.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = isTerminal },
        });
    }

    /// <summary>A table in lines that the console can show.</summary>
    public static Table NewTable(IAnsiConsole console) =>
        new Table().Border(console.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.Ascii2);
}
