using Netshm;

namespace WordCount;

/// <summary>The table that all processes count in: word to number of times.</summary>
internal sealed class SharedCounts : IDisposable
{
    private readonly ShmHashtable<string, int> _counts;
    private readonly bool _isOwner;

    private SharedCounts(SharedMemoryObject memory, bool isOwner)
    {
        Name = memory.Name;
        _counts = ShmHashtable<string, int>.Manage(DataManagers.String, DataManagers.Int32, memory);
        _isOwner = isOwner;
    }

    /// <summary>The name under which other processes open the table.</summary>
    public SharedMemoryName Name { get; }

    /// <summary>Creates an empty table under a name of its own; disposing it removes the table.</summary>
    public static SharedCounts Create()
    {
        SharedMemoryObject memory = SharedMemoryObject.CreateUnique(SharedMemoryName.Local("wordcount-XXXXXX"));
        try
        {
            return new SharedCounts(memory, isOwner: true);
        }
        catch
        {
            SharedMemoryObject.Unlink(memory.Name);
            throw;
        }
    }

    /// <summary>Opens the table that another process has created.</summary>
    public static SharedCounts Open(SharedMemoryName name) =>
        new(SharedMemoryObject.Open(name, FileMode.Open), isOwner: false);

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

    /// <summary>Closes the table, and removes it if this process created it.</summary>
    public void Dispose()
    {
        try
        {
            _counts.Dispose();
        }
        finally
        {
            if (_isOwner)
                SharedMemoryObject.Unlink(Name);
        }
    }
}
