namespace Netshm.Tool.Commands;

/// <summary>Prints the value of a key.</summary>
internal sealed class GetCommand : TypedCommand
{
    private readonly CommandOption<bool> _all = new("--all")
    {
        Description = "The values of all bindings of the key, the newest first.",
    };

    public GetCommand()
        : base(
            "get",
            "Prints the value of a key's newest binding.",
            "get local:scores 7",
            "get local:counts apple --key string --value int32",
            "get local:sessions ann --key string --value json --json")
    {
        Arguments.Add(SharedOptions.Key);
        Options.Add(_all);
    }

    protected override int Run(Invocation invocation)
    {
        using ShmTable table = OpenedTable.ForReading(invocation);
        TypedView view = View(table, invocation);
        string text = invocation.Get(SharedOptions.Key);
        string key = Read(view.KeyFormat, text);
        IReadOnlyList<string> values = view.FindAll(key);
        if (values.Count == 0)
            throw new NotFoundException($"{invocation.Name}: key {text} is not bound");

        if (invocation.Get(_all))
        {
            invocation.Output.WriteJson(
                $$"""{"key":{{key}},"values":[{{string.Join(',', values.Select(JsonLine.Embed))}}]}""",
                () => WriteAll(invocation, view, values));
        }
        else
        {
            invocation.Output.WriteJson(
                JsonLine.Write(new Binding(key, values[0])), () => WriteAll(invocation, view, [values[0]]));
        }

        return ExitCode.Fine;
    }

    private static void WriteAll(Invocation invocation, TypedView view, IReadOnlyList<string> values)
    {
        foreach (string value in values)
            Output.WriteLine(view.ValueFormat.Show(value));
    }
}
