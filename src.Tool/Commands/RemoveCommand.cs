namespace Netshm.Tool.Commands;

/// <summary>Removes bindings of a key.</summary>
internal sealed class RemoveCommand : TypedCommand
{
    private readonly CommandOption<bool> _all = new("--all") { Description = "Remove all bindings of the key." };

    public RemoveCommand()
        : base(
            "rm",
            "Removes a key's newest binding, which brings the one it hid back.",
            "rm local:scores 7",
            "rm local:counts apple --all --key string")
    {
        Arguments.Add(SharedOptions.Key);
        Options.Add(_all);
    }

    protected override int Run(Invocation invocation)
    {
        using ShmTable table = OpenedTable.ForWriting(invocation);
        TypedView view = View(table, invocation);
        string text = invocation.Get(SharedOptions.Key);
        string key = Read(view.KeyFormat, text);
        int removed = invocation.Get(_all) ? table.Group(() => RemoveAll(view, key)) : view.Remove(key) ? 1 : 0;
        if (removed == 0)
            throw new NotFoundException($"{invocation.Name}: key {text} is not bound");
        invocation.Output.Write(new { removed }, $"{removed} removed");
        return ExitCode.Fine;
    }

    private static int RemoveAll(TypedView view, string key)
    {
        int removed = 0;
        while (view.Remove(key))
            removed++;
        return removed;
    }
}
