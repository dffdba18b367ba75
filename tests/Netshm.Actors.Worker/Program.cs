using Netshm.Actors.Worker;
using Netshm.Actors.Worker.Cluster;
using Netshm.Worker;

return args switch
{
    ["increment", var name, var keys, var rounds] => await IncrementCommand.Run(name, keys, rounds),
    ["hold-byte", var path, var lockedByte] => HoldByteCommand.Run(path, lockedByte),
    ["node", var ip, var seed, var table, var location, var capacity, var config] =>
        await NodeCommand.Run(ip, seed, table, location, capacity, config),
    ["near", var ip, var seed, var location, var worker] => await NearCommand.Run(ip, seed, location, worker),
    ["shard", var address, var seed, var config] => await ShardCommand.Run(address, seed, config),
    _ => await Unknown(args),
};

static async Task<int> Unknown(string[] args)
{
    await Console.Error.WriteLineAsync($"Not a command of the actor tests' worker: {string.Join(' ', args)}");
    return 2;
}
