using System.CommandLine;

namespace Netshm.Tool.Commands;

/// <summary>Makes a table of what <see cref="DumpCommand"/> wrote.</summary>
internal sealed class LoadCommand : TypedCommand
{
    /// <summary>How many bindings are added under one lock.</summary>
    private const int LinesPerGroup = 1000;

    private readonly Argument<string?> _file = new("FILE")
    {
        Description = "What dump wrote; standard input without it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly CommandOption<bool> _append = new("--append")
    {
        Description = "Add to a table that has bindings already.",
    };

    public LoadCommand()
        : base(
            "load",
            "Adds the bindings of a dump to a new or empty table, line by line. Types and page size are the dump's, "
            + "unless options say otherwise.",
            "load local:copy scores.jsonl",
            """load local:counts --key string --value int32 <<< '{"key":"apple","value":3}'""")
    {
        Arguments.Add(_file);
        Options.Add(SharedOptions.PageSize);
        Options.Add(_append);
    }

    protected override int Run(Invocation invocation)
    {
        using TextReader reader = invocation.Get(_file) is { } file
            ? StandardStreams.OpenInput(file)
            : StandardStreams.OpenInput();
        var lines = new DumpReader(reader);
        bool isNew = !File.Exists(invocation.Name.LockPath) && !File.Exists(invocation.Name.MemoryPath);
        using ShmTable table = isNew ? Create(invocation, lines.Header) : OpenedTable.ForWriting(invocation);
        if (table.Count > 0 && !invocation.Get(_append))
            throw new UsageException($"{table.Name} has {table.Count} bindings; --append adds to them");
        using Unfinished? created = isNew ? new Unfinished(() => SharedMemoryObject.Unlink(table.Name)) : null;
        int bindings = Load(invocation, table, lines);
        created?.Complete();
        invocation.Output.Write(
            new { name = table.Name.ToString(), bindings }, $"{bindings} bindings loaded into {table.Name}");
        return ExitCode.Fine;
    }

    private static ShmTable Create(Invocation invocation, DumpHeader? header)
    {
        ShmTableOptions options = SharedOptions.ToTableOptions(invocation) with { Init = header?.Bindings };
        if ((invocation.Get(SharedOptions.PageSize) ?? header?.PageSize) is { } pageSize)
            options = options with { PageSize = pageSize };
        return NewTable.Create(invocation.Name, options);
    }

    private static int Load(Invocation invocation, ShmTable table, DumpReader lines)
    {
        TypedView view = ViewOf(table, invocation, lines.Header);
        int loaded = 0;
        ProgressBar.Show(invocation, "loading", lines.Header?.Bindings ?? 0, step =>
        {
            foreach (Binding[] batch in lines.Bindings().Chunk(LinesPerGroup))
            {
                table.Group(() => AddAll(view, batch, loaded));
                loaded += batch.Length;
                step(batch.Length);
            }
        });
        if (lines.Header is { } header && header.Bindings != loaded)
            throw new UsageException($"the dump is cut off: {loaded} bindings found, {header.Bindings} expected");
        return loaded;
    }

    private static TypedView ViewOf(ShmTable table, Invocation invocation, DumpHeader? header)
    {
        try
        {
            ItemFormat? key = header is null || invocation.IsGiven(SharedOptions.KeyFormat)
                ? invocation.Get(SharedOptions.KeyFormat)
                : ItemFormats.Keys.Parse(header.Key);
            ItemFormat? value = header is null || invocation.IsGiven(SharedOptions.ValueFormat)
                ? invocation.Get(SharedOptions.ValueFormat)
                : ItemFormats.Values.Parse(header.Value);
            return TypedView.Of(table, key, value!);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static void AddAll(TypedView view, Binding[] bindings, int before)
    {
        for (int i = 0; i < bindings.Length; i++)
        {
            try
            {
                view.Add(bindings[i].Key, bindings[i].Value);
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                throw new UsageException($"binding {before + i + 1}: {e.Message}", e);
            }
        }
    }
}
