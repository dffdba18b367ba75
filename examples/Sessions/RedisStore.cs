using System.Globalization;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Sessions;

/// <summary>Sessions in a Redis server.</summary>
internal sealed class RedisStore : ISessionStore
{
    /// <summary>The update as a script, which Redis executes alone: one round trip.</summary>
    private const string Update = """
        local session = cjson.decode(redis.call('GET', KEYS[1]))
        session.Requests = session.Requests + 1
        session.LastSeen = ARGV[1]
        redis.call('SET', KEYS[1], cjson.encode(session))
        return session.Requests
        """;

    private readonly ConnectionMultiplexer _connection;
    private readonly IDatabase _sessions;

    private RedisStore(ConnectionMultiplexer connection)
    {
        _connection = connection;
        _sessions = connection.GetDatabase();
    }

    /// <summary>Connects to the server that listens on a Unix socket.</summary>
    public static async Task<RedisStore> OpenAsync(string socket) => new(
        await ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions { EndPoints = { new UnixDomainSocketEndPoint(socket) } }));

    /// <inheritdoc/>
    public async Task<long> CountAsync() => (long)await _sessions.ExecuteAsync("DBSIZE");

    /// <inheritdoc/>
    public Task CreateAsync(Session session) => _sessions.StringSetAsync(KeyOf(session.User), session.ToJson());

    /// <inheritdoc/>
    public async ValueTask<Session?> FindAsync(int user) =>
        (string?)await _sessions.StringGetAsync(KeyOf(user)) is { } json ? Session.FromJson(json) : null;

    /// <inheritdoc/>
    public async Task<int> UpdateAsync(int user)
    {
        string now = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        return (int)await _sessions.ScriptEvaluateAsync(Update, [KeyOf(user)], [now]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static RedisKey KeyOf(int user) => $"session:{user}";
}
