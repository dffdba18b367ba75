namespace Netshm.Tool.Commands;

/// <summary>Lists bindings.</summary>
internal sealed class ListBindingsCommand : TypedCommand
{
    private readonly CommandOption<bool> _all = new("--all")
    {
        Description = "Hidden bindings, too, right after those that hide them.",
    };

    private readonly CommandOption<bool> _keys = new("--keys") { Description = "Only the keys." };

    private readonly CommandOption<int?> _limit = new("--limit")
    {
        Description = "At most so many lines.",
        HelpName = "NUMBER",
    };

    public ListBindingsCommand()
        : base(
            "ls",
            "Lists the bindings of a table, in no particular order, as of one instant.",
            "ls local:scores",
            "ls local:counts --key string --value int32 --limit 20",
            "ls local:counts --key string --keys")
    {
        Options.Add(_all);
        Options.Add(_keys);
        Options.Add(_limit);
    }

    protected override int Run(Invocation invocation)
    {
        using ShmTable table = OpenedTable.ForReading(invocation);
        bool keysOnly = invocation.Get(_keys);
        TypedView view = TypedView.Of(
            table,
            invocation.Get(SharedOptions.KeyFormat),
            keysOnly ? ItemFormats.Words : invocation.Get(SharedOptions.ValueFormat)!);
        using Snapshot snapshot = Snapshot.Of(table);
        bool withHidden = !keysOnly && invocation.Get(_all);
        IEnumerable<Binding> bindings = snapshot.ByKey().SelectMany(sameRawKey =>
        {
            // Several typed keys may have one raw key.
            IEnumerable<Binding> newestFirst = sameRawKey.Select(view.Decode);
            return withHidden ? newestFirst : newestFirst.DistinctBy(binding => binding.Key);
        });
        foreach (Binding binding in bindings.Take(invocation.Get(_limit) ?? int.MaxValue))
            Write(invocation.Output, binding, keysOnly);
        return ExitCode.Fine;
    }

    private static void Write(Output output, Binding binding, bool keyOnly)
    {
        if (keyOnly)
            output.WriteJson($$"""{"key":{{binding.Key}}}""", () => Output.WriteLine(binding.Key));
        else
            output.WriteJson(JsonLine.Write(binding), () => Output.WriteLine($"{binding.Key} = {binding.Value}"));
    }
}
