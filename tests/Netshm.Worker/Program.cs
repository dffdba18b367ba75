using Netshm.Worker;

return args switch
{
    ["increment", var name, var keys, var rounds] => IncrementCommand.Run(name, keys, rounds),
    ["soak", var name, var seconds, var keys, var seed] => SoakCommand.Run(name, seconds, keys, seed),
    ["hold", var name, var intent] => HoldCommand.Run(name, intent),
    ["open-and-add", var key] => OpenAndAddCommand.Run(key),
    ["replace", var name, var key] => ReplaceCommand.Run(name, key),
    ["on-demand", var name] => OnDemandCommand.Run(name),
    ["two-tables", var outer, var inner] => TwoTablesCommand.Run(outer, inner),
    _ => Unknown(args),
};

static int Unknown(string[] args)
{
    Console.Error.WriteLine($"Not a command of the tests' worker: {string.Join(' ', args)}");
    return 2;
}
