using Akka.Actor;
using Akka.Configuration;
using Netshm;
using Netshm.Actors;

namespace Sessions;

/// <summary>Sessions in a shared table, behind a table actor of this process.</summary>
internal sealed class TableStore : ISessionStore
{
    private readonly ActorSystem _system;
    private readonly TypedTableRef<string, Session> _sessions;

    private TableStore(ActorSystem system)
    {
        _system = system;
        DataManager<Session> json = DataManagers.Convert(DataManagers.String, session => session.ToJson(), Session.FromJson);
        _sessions = system.Netshm().OpenTable("sessions", DataManagers.String, json);
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
    public Task CreateAsync(Session session) => _sessions.ReplaceAsync(session.User, session);

    /// <inheritdoc/>
    /// <remarks>Straight from the memory, on the caller's thread, without a lock.</remarks>
    public ValueTask<Session?> FindAsync(string user) =>
        new(_sessions.TryFind(user, out Session? session) ? session : null);

    /// <inheritdoc/>
    /// <remarks>The table is locked from the read to the write, so no other process comes between.</remarks>
    public async Task<int> UpdateAsync(string user) =>
        (await _sessions.UpdateAsync(user, Session.Begin(user), session => session.Updated())).Requests;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _system.Terminate();
}
