namespace Netshm.Actors.Tests.Examples;

/// <summary>A test that needs a Redis server; it is skipped if there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute : FactAttribute
{
    /// <summary>Marks the test.</summary>
    public RedisFactAttribute() => Skip = IsInstalled ? null : "needs redis-server (Debian: redis-server)";

    private static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':').Any(directory => File.Exists(Path.Combine(directory, "redis-server")));
}
