using Akka.Actor;
using Akka.Configuration;
using Netshm;
using Netshm.Actors;

namespace WordCount;

/// <summary>The table that all processes count in, behind a table actor of this process's own actor system.</summary>
internal sealed class ActorCounts : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly TypedTableRef<string, int> _counts;

    private ActorCounts(ActorSystem system)
    {
        _system = system;
        _counts = system.Netshm().OpenTable("words", DataManagers.String, DataManagers.Int32);
    }

    /// <summary>Starts an actor system with the table that another process has created.</summary>
    public static async Task<ActorCounts> OpenAsync(SharedMemoryName name)
    {
        string settings = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "wordcount.conf"));
        return new ActorCounts(ActorSystem.Create("wordcount", ConfigurationFactory
            .ParseString($"netshm.table.words.location = \"{name}\"")
            .WithFallback(ConfigurationFactory.ParseString(settings))));
    }

    /// <summary>
    /// Counts the words as one group, so that what another process counts at the same time is neither missed nor
    /// overwritten.
    /// </summary>
    public Task AddAsync(IReadOnlyList<string> words)
    {
        KeyValuePair<string, int>[] sums = [.. words.CountBy(word => word)];
        string[] keys = [.. sums.Select(sum => sum.Key)];
        return _counts.GroupAsync(group =>
        {
            IReadOnlyList<Option<int>> found = group.FindMany(keys);
            group.ReplaceMany(
                [.. sums.Select((sum, i) => KeyValuePair.Create(sum.Key, checked(Old(found[i]) + sum.Value)))]);
            return true;
        });
    }

    /// <summary>Ends the actor system, which closes the table.</summary>
    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _system.Dispose();
    }

    private static int Old(Option<int> count) => count.HasValue ? count.Value : 0;
}
