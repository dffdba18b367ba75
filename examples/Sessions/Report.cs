using System.Globalization;
using Spectre.Console;

namespace Sessions;

/// <summary>Prints what came out.</summary>
internal static class Report
{
    /// <summary>Prints a column for each store.</summary>
    public static void Print(IAnsiConsole console, IReadOnlyList<Outcome> outcomes)
    {
        Table table = Terminal.NewTable(console).AddColumn("");
        foreach (Outcome outcome in outcomes)
            table.AddColumn(new TableColumn(outcome.Store).RightAligned());
        AddRow("updates acknowledged", outcome => Number(outcome.Acknowledged));
        AddRow("of them lost", outcome => Number(outcome.Lost));
        AddRow("reads per second", outcome => Number(outcome.Reads.Sum() / outcome.Elapsed.TotalSeconds));
        AddRow("updates per second", outcome => Number(outcome.Updates.Sum() / outcome.Elapsed.TotalSeconds));
        AddRow("a read takes (median)", outcome => Time(Latencies.Median(outcome.Reads)));
        AddRow("an update takes (median)", outcome => Time(Latencies.Median(outcome.Updates)));
        console.Write(table);

        void AddRow(string fact, Func<Outcome, string> value) => table.AddRow([fact, .. outcomes.Select(value)]);
    }

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(double nanoseconds) =>
        (nanoseconds / 1000).ToString(nanoseconds < 100_000 ? "N1" : "N0", CultureInfo.InvariantCulture) + " µs";
}
