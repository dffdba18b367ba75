namespace Netshm.Tool.Commands;

/// <summary>A command that binds a key to a value.</summary>
internal abstract class WriteCommand : TypedCommand
{
    protected WriteCommand(string name, string description, params string[] examples)
        : base(name, description, examples)
    {
        Arguments.Add(SharedOptions.Key);
        Arguments.Add(ValueText.Argument);
    }

    protected abstract void Write(TypedView view, string key, string value);

    protected override int Run(Invocation invocation)
    {
        using ShmTable table = OpenedTable.ForWriting(invocation);
        TypedView view = View(table, invocation);
        string key = Read(view.KeyFormat, invocation.Get(SharedOptions.Key));
        string value = Read(view.ValueFormat, ValueText.Read(invocation.Get(ValueText.Argument)));
        Write(view, key, value);
        invocation.Output.WriteJson(JsonLine.Write(new Binding(key, value)), static () => { });
        return ExitCode.Fine;
    }
}
