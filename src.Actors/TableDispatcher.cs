using Akka.Configuration;

namespace Netshm.Actors;

/// <summary>
/// Looks at the dispatcher that a table's settings name. Its threads wait for locks that other processes hold, so they must
/// not be anybody else's.
/// </summary>
internal static class TableDispatcher
{
    private const string Pinned = "PinnedDispatcher";
    private const string Shared = "ForkJoinDispatcher";

    /// <summary>The settings of threads that Akka reads for other types of dispatchers, but not for a pinned one.</summary>
    private static readonly string[] s_withoutEffect =
        ["executor", "dedicated-thread-pool", "fork-join-executor", "thread-pool-executor", "default-executor", "current-context-executor"];

    /// <summary>Throws when the dispatcher's threads may be shared, or its settings say what is not going to happen.</summary>
    /// <param name="config">The configuration of the actor system.</param>
    /// <param name="path">The dispatcher's path in it.</param>
    /// <exception cref="ConfigurationException">The message tells what to do.</exception>
    public static void Check(Config config, string path)
    {
        if (!config.HasPath(path))
            throw new ConfigurationException($"there is no dispatcher {path}; expected a section with type = {Pinned}");
        Config section = config.GetConfig(path);
        string type = section.GetString("type", "Dispatcher");
        if (path.StartsWith("akka.", StringComparison.Ordinal) || type is not (Pinned or Shared))
        {
            throw new ConfigurationException(
                $"{path} (type {type}) is no dispatcher for tables: their actors wait for locks, and would keep other actors " +
                $"from its threads. Take one of type {Pinned}, which gives each table a thread of its own, or of type " +
                $"{Shared}, whose threads only tables use");
        }

        if (type == Pinned && s_withoutEffect.FirstOrDefault(section.HasPath) is { } key)
        {
            throw new ConfigurationException(
                $"{path}.{key} has no effect: a {Pinned} gives each table one thread of its own. Remove it, or set " +
                $"{path}.type = {Shared} for a number of threads that tables share");
        }
    }
}
