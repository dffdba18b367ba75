namespace Netshm.Tool.Commands;

/// <summary>The program's commands, in the order of the help.</summary>
internal static class AllCommands
{
    public static IEnumerable<ToolCommand> Create() =>
    [
        new StatCommand(),
        new ListBindingsCommand(),
        new GetCommand(),
        new SetCommand(),
        new AddCommand(),
        new RemoveCommand(),
        new IncrementCommand(),
        new CheckCommand(),
        new CreateCommand(),
        new DumpCommand(),
        new LoadCommand(),
        new BackupCommand(),
        new CompactCommand(),
        new MapCommand(),
        new LocksCommand(),
        new RepairCommand(),
        new ConvertCommand(),
        new ListCommand(),
        new PruneCommand(),
        new BenchCommand(),
        new TopCommand(),
        new WatchCommand(),
    ];
}
