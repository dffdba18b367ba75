namespace Netshm.Tool.Commands;

/// <summary>Creates a table.</summary>
internal sealed class CreateCommand : TableCommand
{
    private readonly CommandOption<int> _init = new("--init")
    {
        Description = "For how many elements to lay it out.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => ShmTableOptions.DefaultInit,
    };

    private readonly CommandOption<int> _changes = new("--changes")
    {
        Description = "How many changes its feed holds for who falls behind; 0 for no feed. Needs futex locking.",
        HelpName = "NUMBER",
    };

    public CreateCommand()
        : base(
            "create",
            "Creates an empty table where there is none.",
            "create local:scores",
            "create local:sessions --changes 65536",
            "create file:/var/lib/app/table --page-size 512 --init 100000 --locking record")
    {
        Options.Add(SharedOptions.PageSize);
        Options.Add(_init);
        Options.Add(_changes);
    }

    protected override int Run(Invocation invocation)
    {
        ShmTableOptions options = SharedOptions.ToTableOptions(invocation) with
        {
            Init = invocation.Get(_init),
            ChangeFeedCapacity = invocation.Get(_changes),
        };
        if (invocation.Get(SharedOptions.PageSize) is { } pageSize)
            options = options with { PageSize = pageSize };
        using ShmTable table = NewTable.Create(invocation.Name, options);
        invocation.Output.Write(
            new { name = table.Name.ToString(), table.PageSize, table.Locking },
            $"{table.Name} created with pages of {table.PageSize} bytes and locking {table.Locking}");
        return ExitCode.Fine;
    }
}
