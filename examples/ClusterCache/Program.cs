using ClusterCache;

return args switch
{
    [] => await Demonstration.RunAsync(),
    [Node.Command, var name, var address, var directory, var seed] =>
        await Node.RunAsync(new Host(name, address, directory), seed),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"usage: ClusterCache [{Node.Command} HOST ADDRESS DIRECTORY SEED]");
    return 2;
}
