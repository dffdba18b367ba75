using Netshm.Actors.Worker;

return args switch
{
    ["increment", var name, var keys, var rounds] => await IncrementCommand.Run(name, keys, rounds),
    ["hold-byte", var path, var lockedByte] => HoldByteCommand.Run(path, lockedByte),
    _ => await Unknown(args),
};

static async Task<int> Unknown(string[] args)
{
    await Console.Error.WriteLineAsync($"Not a command of the actor tests' worker: {string.Join(' ', args)}");
    return 2;
}
