using Netshm;

namespace WordCount;

/// <summary>The table that all processes count in: word to number of times.</summary>
internal sealed class SharedCounts : IDisposable
{
    private readonly SharedMemoryObject _memory;
    private readonly ShmHashtable<string, int> _counts;

    private SharedCounts(SharedMemoryObject memory)
    {
        _memory = memory;
        _counts = ShmHashtable<string, int>.Manage(DataManagers.String, DataManagers.Int32, memory);
    }

    /// <summary>The name under which other processes open the table.</summary>
    public SharedMemoryName Name => _memory.Name;

    /// <summary>Runs the body with an empty table under a name of its own, and removes the table afterwards.</summary>
    public static async Task<T> UseNewAsync<T>(Func<SharedCounts, Task<T>> body)
    {
        using var memory = SharedMemoryObject.CreateUnique(SharedMemoryName.Local("wordcount-XXXXXX"));
        try
        {
            using var counts = new SharedCounts(memory);
            return await body(counts);
        }
        finally
        {
            SharedMemoryObject.Unlink(memory.Name);
        }
    }

    /// <summary>Opens the table that another process has created.</summary>
    public static SharedCounts Open(SharedMemoryName name) => new(SharedMemoryObject.Open(name, FileMode.Open));

    /// <summary>
    /// Counts the words under one write lock, so that what another process counts at the same time is neither missed
    /// nor overwritten.
    /// </summary>
    public void Add(IReadOnlyList<string> words) => _counts.Table.Group(() =>
    {
        foreach (string word in words)
        {
            _counts.TryFind(word, out int count);
            _counts.Replace(word, checked(count + 1));
        }
    });

    /// <summary>All bindings of the table, in no order.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> ToList() =>
        _counts.Fold(new List<KeyValuePair<string, int>>(), (word, count, list) =>
        {
            list.Add(KeyValuePair.Create(word, count));
            return list;
        });

    /// <summary>Closes the table; it stays until the process that created it removes it.</summary>
    public void Dispose()
    {
        _counts.Dispose();
        _memory.Dispose();
    }
}
