using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Netshm;
using Netshm.Actors;
using Newtonsoft.Json;

namespace Sessions;

/// <summary>
/// The serving process: takes a line for each request (<c>login USER</c>, <c>put USER ARTICLE</c>, <c>show USER</c>)
/// and answers with a line, until its input ends.
/// </summary>
internal static class Server
{
    /// <summary>The command that starts it.</summary>
    public const string Command = "serve";

    /// <summary>Serves the sessions of the table at a location.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string location)
    {
        var watch = Stopwatch.StartNew();
        string sample = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "sessions.conf"));
        using ActorSystem system = ActorSystem.Create("sessions", ConfigurationFactory
            .ParseString($"netshm.table.sessions.location = \"{location}\"")
            .WithFallback(ConfigurationFactory.ParseString("akka { stdout-loglevel = OFF, loglevel = ERROR }"))
            .WithFallback(ConfigurationFactory.ParseString(sample)));
        TypedTableRef<string, Session> sessions =
            system.Netshm().OpenTable("sessions", DataManagers.String, new JsonDataManager<Session>());
        IActorRef server = system.ActorOf(Props.Create(() => new SessionActor(sessions)), "server");
        Console.WriteLine($"serving {sessions.Count} sessions after {watch.ElapsedMilliseconds} ms");
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(await AnswerAsync(server, line));
        await system.Terminate();
        return 0;
    }

    private static async Task<string> AnswerAsync(IActorRef server, string line)
    {
        object? request = line.Split(' ') switch
        {
            ["login", var user] => new SessionActor.LogIn(user),
            ["put", var user, var article] => new SessionActor.Put(user, article),
            ["show", var user] => new SessionActor.Show(user),
            _ => null,
        };
        if (request is null)
            return $"error: '{line}' is no request";
        try
        {
            object answer = await server.Ask<object>(request, TimeSpan.FromSeconds(5));
            return answer as string ?? JsonConvert.SerializeObject(answer);
        }
        catch (Exception e) when (e is KeyNotFoundException or NetshmException)
        {
            return $"error: {e.Message}";
        }
    }
}
