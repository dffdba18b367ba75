using ClusterCache;

return args switch
{
    [] => await Demonstration.RunAsync(),
    [Node.Command, var address, var files, var seed] => await Node.RunAsync(address, files, seed),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"usage: ClusterCache [{Node.Command} ADDRESS FILES SEED]");
    return 2;
}
