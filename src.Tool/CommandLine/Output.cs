using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Netshm.Tool.CommandLine;

/// <summary>Writes answers: for people, or as JSON.</summary>
internal sealed class Output(bool isJson)
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Whether the answer is to be JSON.</summary>
    public bool IsJson => isJson;

    /// <summary>Standard output: with colours on a terminal, as plain text elsewhere.</summary>
    public IAnsiConsole Console { get; } = Open(System.Console.Out, System.Console.IsOutputRedirected);

    /// <summary>Where there are progress bars: they must not come between the lines of an answer.</summary>
    public IAnsiConsole Progress { get; } =
        Open(System.Console.Error, isJson || System.Console.IsErrorRedirected);

    /// <summary>Answers with an object: its JSON, or what is written instead for people.</summary>
    public void Write(object answer, Action forPeople)
    {
        if (isJson)
            System.Console.Out.WriteLine(JsonSerializer.Serialize(answer, s_json));
        else
            forPeople();
    }

    /// <summary>Answers with JSON that is ready, or what is written instead for people.</summary>
    public void WriteJson(string json, Action forPeople)
    {
        if (isJson)
            WriteLine(json);
        else
            forPeople();
    }

    /// <summary>Answers with an object or a line of text.</summary>
    public void Write(object answer, string line) => Write(answer, () => WriteLine(line));

    /// <summary>Writes a line for people, as it is.</summary>
    public static void WriteLine(string line) => System.Console.Out.WriteLine(line);

    /// <summary>Says on standard error why the command failed.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="isJson">Whether to say it in JSON.</param>
    /// <returns>The exit code.</returns>
    public static int Fail(Failure failure, bool isJson)
    {
        // Nobody wants to hear that of "netshm ls | head".
        if (failure.ExitCode != ExitCode.OutputClosed)
        {
            System.Console.Error.WriteLine(isJson
                ? JsonSerializer.Serialize(new { error = failure.Message, failure.ExitCode }, s_json)
                : $"netshm: {failure.Message}");
        }

        return failure.ExitCode;
    }

    /// <summary>An empty table for people.</summary>
    public Table NewTable(params string[] columns)
    {
        Table table = new Table()
            .Border(Console.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.Ascii2);
        foreach (string column in columns)
            table.AddColumn(column);
        return table;
    }

    /// <summary>Writes names and what they stand for, one a line.</summary>
    public static void WriteFacts(params (string Name, string Value)[] facts)
    {
        int width = facts.Max(fact => fact.Name.Length);
        foreach ((string name, string value) in facts)
            WriteLine($"{name.PadRight(width)}  {value}");
    }

    private static IAnsiConsole Open(TextWriter writer, bool isRedirected)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,

            // Spectre.Console would write colours for build services even to a file.
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = !isRedirected },
        });

        // What is not on a terminal has no width at which lines would have to be broken.
        const int unbroken = 10_000;
        if (isRedirected)
            console.Profile.Width = unbroken;
        return console;
    }
}
