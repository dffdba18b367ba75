using Spectre.Console;

namespace WordCount;

/// <summary>The console that progress and tables are shown on.</summary>
internal static class Terminal
{
    /// <summary>Opens standard output: with colours and live progress on a terminal, as plain text elsewhere.</summary>
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
}
