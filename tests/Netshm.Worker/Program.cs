using Netshm.Worker;

return args switch
{
    ["increment", var name, var locking, var keys, var rounds] => IncrementCommand.Run(name, locking, keys, rounds),
    ["soak", var name, var seconds, var keys, var seed] => SoakCommand.Run(name, seconds, keys, seed),
    ["hold", var name, var locking, var intent] => HoldCommand.Run(name, locking, intent),
    ["open-and-add", var locking, var key] => OpenAndAddCommand.Run(locking, key),
    ["attempt", var locking] => AttemptCommand.Run(locking),
    ["fill", var name, var locking] => FillCommand.Run(name, locking),
    ["grow", var name, var locking, var bindings] => GrowCommand.Run(name, locking, bindings),
    ["open-many", var directory, var locking, var count] => OpenManyCommand.Run(directory, locking, count),
    ["replace", var name, var locking, var key] => ReplaceCommand.Run(name, locking, key),
    ["on-demand", var name, var locking] => OnDemandCommand.Run(name, locking),
    ["two-tables", var outer, var inner, var locking] => TwoTablesCommand.Run(outer, inner, locking),
    ["ordered-tables", var first, var second, var third, var locking, var groups, var seed] =>
        OrderedTablesCommand.Run([first, second, third], locking, groups, seed),
    ["churn", var name, var locking, var board, var worker, var workers, var seed] =>
        ChurnCommand.Run(name, locking, board, worker, workers, seed),
    ["relink", var name, var locking, var worker, var rounds, var seed] =>
        RelinkCommand.Run(name, locking, worker, rounds, seed),
    ["sequence", var name, var locking, var board, var writer, var keys] =>
        SequenceCommand.Run(name, locking, board, writer, keys),
    ["follow", var name] => FollowCommand.Run(name),
    ["history", var locking] => HistoryCommand.Run(locking),
    ["transact-and-hold", var name] => TransactAndHoldCommand.Run(name),
    ["write-and-hold", var name, var locking] => WriteAndHoldCommand.Run(name, locking),
    ["hold-with-child", var name, var locking] => HoldWithChildCommand.Run(name, locking),
    ["hold-byte", var path, var lockedByte] => HoldByteCommand.Run(path, lockedByte),
    _ => Unknown(args),
};

static int Unknown(string[] args)
{
    Console.Error.WriteLine($"Not a command of the tests' worker: {string.Join(' ', args)}");
    return 2;
}
