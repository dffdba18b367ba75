namespace Netshm.Tool.Commands;

/// <summary>Writes all bindings as text.</summary>
internal sealed class DumpCommand : TypedCommand
{
    private const int LinesPerStep = 1000;

    private readonly CommandOption<string> _format = new("--format")
    {
        Description = "jsonl: lines of JSON, which load reads; ocaml: what the original's dump prints.",
        HelpName = "FORMAT",
        DefaultValueFactory = _ => "jsonl",
    };

    private readonly CommandOption<string?> _output = new("--output")
    {
        Description = "The file to write; standard output without it.",
        HelpName = "FILE",
    };

    public DumpCommand()
        : base(
            "dump",
            "Writes all bindings as of one instant, hidden ones included, so that load makes an equal table of them.",
            "dump local:scores --output scores.jsonl",
            "dump local:counts --key string --value int32 | grep apple",
            "dump local:scores --format ocaml")
    {
        Options.Add(_format);
        Options.Add(_output);
        _format.AcceptOnlyFromAmong("jsonl", "ocaml");
    }

    protected override int Run(Invocation invocation)
    {
        string? file = invocation.Get(_output);
        using ShmTable table = OpenedTable.ForReading(invocation);
        using OutputFile? opened = file is null ? null : new OutputFile(file);
        TextWriter writer = opened?.Writer ?? Console.Out;
        int bindings = invocation.Get(_format) == "ocaml"
            ? WriteAsOcaml(table, writer)
            : WriteLines(invocation, table, writer);
        opened?.Complete();
        if (file is not null)
            invocation.Output.Write(new { file, bindings }, $"{bindings} bindings written to {file}");
        return ExitCode.Fine;
    }

    private static int WriteAsOcaml(ShmTable table, TextWriter writer)
    {
        // Printed after the lock is released: whoever reads the output may be slow.
        using FileStream spool = SpoolFile.Open();
        using var text = new StreamWriter(spool);
        int bindings = table.Group(
            () =>
            {
                table.Dump(text);
                return table.Count;
            },
            GroupIntent.Read);
        spool.Position = 0;
        using var lines = new StreamReader(spool, leaveOpen: true);
        while (lines.ReadLine() is { } line)
            writer.WriteLine(line);
        return bindings;
    }

    private static int WriteLines(Invocation invocation, ShmTable table, TextWriter writer)
    {
        TypedView view = View(table, invocation);
        using Snapshot snapshot = Snapshot.Of(table);
        string key = invocation.Get(SharedOptions.KeyFormat)?.Name ?? ItemFormats.RawName;
        writer.WriteLine(new DumpHeader(table.PageSize, key, view.ValueFormat.Name, snapshot.Bindings).Write());
        ProgressBar.Show(invocation, "writing", snapshot.Bindings, step =>
        {
            int lines = 0;
            foreach (RawBinding binding in snapshot.OldestFirst())
            {
                writer.WriteLine(JsonLine.Write(view.Decode(binding)));
                if (++lines % LinesPerStep == 0)
                    step(LinesPerStep);
            }
        });
        return snapshot.Bindings;
    }
}
