using Netshm;
using Newtonsoft.Json;

namespace Sessions;

/// <summary>Starts a serving process, kills it in the middle of its work, and starts it again.</summary>
internal static class Demonstration
{
    private const int Users = 1000;

    /// <summary>Shows that the sessions survive.</summary>
    /// <returns>0 when all of them did.</returns>
    public static async Task<int> RunAsync()
    {
        SharedMemoryName table = SharedMemoryName.Local($"sessions-{Environment.ProcessId}");
        try
        {
            await LogInAndBeKilledAsync(table);
            return await FindWarmAsync(table);
        }
        finally
        {
            SharedMemoryObject.Unlink(table);
        }
    }

    private static async Task LogInAndBeKilledAsync(SharedMemoryName table)
    {
        await using ServerProcess server = await ServerProcess.StartAsync(table);
        for (int user = 0; user < Users; user++)
        {
            await server.AskAsync($"login user-{user}");
            await server.AskAsync($"put user-{user} article-{user}");
        }

        Console.WriteLine($"{Users} users logged in and put something into their carts");

        // The answer to this one is not awaited: the process dies with the request on its way.
        await server.TellAsync("put user-0 something-on-the-way");
        server.Kill();
    }

    private static async Task<int> FindWarmAsync(SharedMemoryName table)
    {
        await using ServerProcess server = await ServerProcess.StartAsync(table);
        int warm = 0;
        for (int user = 0; user < Users; user++)
        {
            string answer = await server.AskAsync($"show user-{user}");
            if (IsWhole(answer, user))
                warm++;
            else
                Console.WriteLine($"user-{user} lost something: {answer}");
        }

        Console.WriteLine($"{warm} of {Users} sessions are as they were");
        string late = await server.AskAsync("show nobody");
        Console.WriteLine($"and who never logged in is not there: {late}");
        return warm == Users ? 0 : 1;
    }

    /// <summary>
    /// Whether a session has everything that was answered; one more article may have been on its way.
    /// </summary>
    private static bool IsWhole(string answer, int user) =>
        !answer.StartsWith("error", StringComparison.Ordinal)
        && JsonConvert.DeserializeObject<Session>(answer) is { } session
        && session.User == $"user-{user}"
        && session.Cart.Contains($"article-{user}")
        && session.Requests == session.Cart.Count;
}
