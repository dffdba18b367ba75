namespace Sessions;

/// <summary>Where sessions are: the same requests for each store.</summary>
internal interface ISessionStore : IAsyncDisposable
{
    /// <summary>How many sessions there are.</summary>
    Task<long> CountAsync();

    /// <summary>Puts a session there.</summary>
    Task CreateAsync(Session session);

    /// <summary>Reads a user's session.</summary>
    ValueTask<Session?> FindAsync(int user);

    /// <summary>Counts one more request in a user's session, as one operation among all processes.</summary>
    /// <returns>The number that the session counts then. The update is acknowledged when this returns.</returns>
    Task<int> UpdateAsync(int user);
}
