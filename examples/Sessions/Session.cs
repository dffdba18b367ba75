using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sessions;

/// <summary>What a store knows about a user; as JSON in every store.</summary>
/// <param name="User">The user's number.</param>
/// <param name="LoggedIn">When the session began.</param>
/// <param name="LastSeen">When it was updated last.</param>
/// <param name="Requests">How many updates it has had.</param>
internal sealed record Session(int User, DateTimeOffset LoggedIn, DateTimeOffset LastSeen, int Requests)
{
    /// <summary>A session that begins now.</summary>
    public static Session Begin(int user)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new Session(user, now, now, 0);
    }

    /// <summary>The session after one more update.</summary>
    public Session Updated() => this with { LastSeen = DateTimeOffset.UtcNow, Requests = Requests + 1 };

    /// <summary>The session as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SessionJson.Default.Session);

    /// <summary>Reads a session.</summary>
    /// <exception cref="FormatException">The text is no session.</exception>
    public static Session FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, SessionJson.Default.Session)
                ?? throw new FormatException("no session: null");
        }
        catch (JsonException e)
        {
            throw new FormatException($"no session: {e.Message}", e);
        }
    }
}

/// <summary>The serializer of sessions, which the compiler generates.</summary>
[JsonSerializable(typeof(Session))]
internal sealed partial class SessionJson : JsonSerializerContext;
