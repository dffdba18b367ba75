namespace Netshm.Tool.Commands;

/// <summary>A command on one table that is there.</summary>
internal abstract class TableCommand : ToolCommand
{
    protected TableCommand(string name, string description, params string[] examples)
        : base(name, description, examples)
    {
        Arguments.Add(SharedOptions.Name);
        Options.Add(SharedOptions.Timeout);
        Options.Add(SharedOptions.Locking);
    }
}

/// <summary>A command on the bindings of one table, whose types it knows.</summary>
internal abstract class TypedCommand : TableCommand
{
    protected TypedCommand(string name, string description, params string[] examples)
        : base(name, description, examples)
    {
        Options.Add(SharedOptions.KeyFormat);
        Options.Add(SharedOptions.ValueFormat);
    }

    /// <summary>Sees a table as the options say.</summary>
    protected static TypedView View(ShmTable table, Invocation invocation) => TypedView.Of(
        table, invocation.Get(SharedOptions.KeyFormat), invocation.Get(SharedOptions.ValueFormat)!);

    /// <summary>Reads what the user wrote for a key or a value.</summary>
    /// <exception cref="UsageException">It is not of its type.</exception>
    public static string Read(ItemFormat format, string text)
    {
        try
        {
            string json = format.ToJson(text);
            _ = format.Manager.LengthInWords(json);
            return json;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
