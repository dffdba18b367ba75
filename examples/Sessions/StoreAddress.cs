namespace Sessions;

/// <summary>Which store a process opens.</summary>
/// <param name="Kind"><see cref="Table"/> or <see cref="Redis"/>.</param>
/// <param name="Place">The table's name, or the path of the server's socket.</param>
internal sealed record StoreAddress(string Kind, string Place)
{
    /// <summary>A shared table.</summary>
    public const string Table = "Netshm";

    /// <summary>A Redis server.</summary>
    public const string Redis = "Redis";

    /// <summary>Opens the store.</summary>
    public async Task<ISessionStore> OpenAsync() =>
        Kind == Table ? TableStore.Open(Place) : await RedisStore.OpenAsync(Place);
}
