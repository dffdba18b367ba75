using Akka.Actor;
using Akka.Configuration;
using Netshm;
using Netshm.Actors;

namespace Sessions;

/// <summary>Sessions in a shared table, behind a table actor of this process: users are the keys, JSON the values.</summary>
internal sealed class TableStore : ISessionStore
{
    private readonly ActorSystem _system;
    private readonly TableRef _sessions;

    private TableStore(ActorSystem system)
    {
        _system = system;
        _sessions = system.Netshm().OpenTable("sessions");
    }

    /// <summary>Starts an actor system that opens the table at a location.</summary>
    public static TableStore Open(string location)
    {
        string sample = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sessions.conf"));
        return new TableStore(ActorSystem.Create("sessions", ConfigurationFactory
            .ParseString($"netshm.table.sessions.location = \"{location}\"")
            .WithFallback(ConfigurationFactory.ParseString("akka { stdout-loglevel = OFF, loggers = [] }"))
            .WithFallback(ConfigurationFactory.ParseString(sample))));
    }

    /// <inheritdoc/>
    public async Task<long> CountAsync() => await _sessions.CountAsync();

    /// <inheritdoc/>
    public Task CreateAsync(Session session) => _sessions.ReplaceAsync(session.User, WordsOf(session));

    /// <inheritdoc/>
    /// <remarks>Straight from the memory, on the caller's thread, without a lock.</remarks>
    public ValueTask<Session?> FindAsync(int user) =>
        new(_sessions.TryFind(user, out int[]? words) ? SessionOf(words) : null);

    /// <inheritdoc/>
    /// <remarks>
    /// The session is replaced only if it is still the one that was read; if another update came first, this one tries again.
    /// The table actor does both under one lock, with what else waits for it. <c>TypedTableRef.UpdateAsync</c> is shorter to
    /// write, but keeps the lock while a delegate runs on another thread.
    /// </remarks>
    public async Task<int> UpdateAsync(int user)
    {
        while (true)
        {
            if (!_sessions.TryFind(user, out int[]? words))
                throw new MissingSessionException(user);
            Session updated = SessionOf(words).Updated();
            object answer = await _sessions.GroupAsync(
                [new GroupOperation.IfEquals(user, [.. words]), new GroupOperation.Replace(user, [.. WordsOf(updated)])]);
            if (answer is TableProtocol.GroupDone)
                return updated.Requests;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _system.Terminate();

    private static Session SessionOf(int[] words) => Session.FromJson(DataManagers.String.Decode(words));

    private static int[] WordsOf(Session session)
    {
        string json = session.ToJson();
        int[] words = new int[DataManagers.String.LengthInWords(json)];
        DataManagers.String.Encode(json, words);
        return words;
    }
}
