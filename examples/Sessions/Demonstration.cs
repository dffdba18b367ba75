using Netshm;
using Spectre.Console;

namespace Sessions;

/// <summary>The load on a shared table, and the same load on Redis if it is installed.</summary>
internal static class Demonstration
{
    /// <summary>Runs both and prints what came out.</summary>
    /// <returns>The exit code: 0 only if nothing was lost.</returns>
    public static async Task<int> RunAsync(TimeSpan duration, CancellationToken stop)
    {
        IAnsiConsole console = Terminal.Open();
        DirectoryInfo directory = Directory.CreateTempSubdirectory("sessions-");
        try
        {
            List<Outcome> outcomes = [await OnTableAsync(console, directory, duration, stop)];
            if (await OnRedisAsync(console, directory, duration, stop) is { } redis)
                outcomes.Add(redis);
            Report.Print(console, outcomes);
            return outcomes.All(outcome => outcome.Lost == 0) ? ExitCode.Success : ExitCode.Lost;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<Outcome> OnTableAsync(
        IAnsiConsole console, DirectoryInfo directory, TimeSpan duration, CancellationToken stop)
    {
        SharedMemoryName table = SharedMemoryName.Local($"sessions-{Environment.ProcessId}");
        Console.WriteLine(
            $"{Load.Processes} processes with {Load.ClientsPerProcess} clients each serve {Load.Users:N0} sessions in {table}");
        try
        {
            var address = new StoreAddress(StoreAddress.Table, table.ToString());
            return await Trial.RunAsync(
                address, Path.Combine(directory.FullName, "table.board"), new Display(console), duration, stop);
        }
        finally
        {
            Remove(table);
        }
    }

    private static void Remove(SharedMemoryName table)
    {
        try
        {
            SharedMemoryObject.Unlink(table);
        }
        catch (FileNotFoundException)
        {
            // It could not be created, which is told already.
        }
    }

    /// <summary>Runs the load on a Redis server; what prevents that is told, and has no other effect.</summary>
    private static async Task<Outcome?> OnRedisAsync(
        IAnsiConsole console, DirectoryInfo directory, TimeSpan duration, CancellationToken stop)
    {
        try
        {
            await using RedisServer? server = await RedisServer.StartAsync(directory.FullName, stop);
            if (server is null)
            {
                Console.WriteLine(
                    "redis-server is not installed, so nothing is compared with it. On Debian: apt-get install redis-server");
                return null;
            }

            Console.WriteLine("The same processes serve the same sessions in Redis, over a Unix socket, without persistence");
            var address = new StoreAddress(StoreAddress.Redis, server.Socket);
            return await Trial.RunAsync(
                address, Path.Combine(directory.FullName, "redis.board"), new Display(console), duration, stop);
        }
        catch (Exception e) when (Failure.IsExpected(e))
        {
            Console.Error.WriteLine($"The load on Redis failed: {e.Message}");
            return null;
        }
    }
}
