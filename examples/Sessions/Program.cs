using Sessions;

return args switch
{
    [] => await Demonstration.RunAsync(),
    [Server.Command, var location] => await Server.RunAsync(location),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"usage: Sessions [{Server.Command} LOCATION]");
    return 2;
}
