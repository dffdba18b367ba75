namespace Netshm.TestKit;

/// <summary>A table under a fresh name, which is checked and unlinked when the test is done with it.</summary>
public sealed class TempTable : IDisposable
{
    private static readonly TimeSpan _checkPatience = TimeSpan.FromSeconds(20);
    private readonly List<ShmTable> _handles = [];
    private bool _isDamaged;

    /// <summary>Chooses a fresh name; the table is created when it is first opened.</summary>
    /// <param name="type">The kind of object.</param>
    /// <param name="options">How <see cref="Open()"/> opens the table.</param>
    public TempTable(SharedMemoryType type = SharedMemoryType.File, ShmTableOptions? options = null)
    {
        Options = options ?? new ShmTableOptions();
        Name = FreshName(type);
    }

    /// <summary>Where fresh names lie: the shared-memory file system, or else the one for temporary files.</summary>
    public static string Directory { get; } =
        System.IO.Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>The fresh name.</summary>
    public SharedMemoryName Name { get; }

    /// <summary>How <see cref="Open()"/> opens the table.</summary>
    public ShmTableOptions Options { get; }

    /// <summary>A name that nothing in the system bears.</summary>
    public static SharedMemoryName FreshName(SharedMemoryType type = SharedMemoryType.File)
    {
        string unique = $"netshm-test-{Guid.NewGuid():N}";
        string path = Path.Combine(Directory, unique);
        return type == SharedMemoryType.File
            ? SharedMemoryName.File(path)
            : SharedMemoryName.Posix(path + "-companion", "/" + unique);
    }

    /// <summary>Opens or creates the table; the handle is closed with this object at the latest.</summary>
    public ShmTable Open() => Open(Options);

    /// <summary>Opens or creates the table with other options.</summary>
    public ShmTable Open(ShmTableOptions options)
    {
        ShmTable table = ShmTable.Open(Name, options);
        _handles.Add(table);
        return table;
    }

    /// <summary>Says that the test damages the file on purpose, so that the final check is left out.</summary>
    public void IsDamagedOnPurpose() => _isDamaged = true;

    /// <summary>Closes the handles, checks the table, and unlinks it.</summary>
    /// <exception cref="InconsistentTableException">The check finds violations.</exception>
    public void Dispose()
    {
        try
        {
            foreach (ShmTable table in _handles)
                table.Dispose();
            if (!_isDamaged && new FileInfo(Name.MemoryPath) is { Exists: true, Length: > 0 })
                Check();
        }
        finally
        {
            Unlink();
        }
    }

    private void Check()
    {
        using ShmTable table = ShmTable.Open(Name, Options with { Init = null, LockTimeout = _checkPatience });
        TableReport report = table.Check();
        if (!report.IsConsistent)
            throw new InconsistentTableException(Name, report);
    }

    private void Unlink()
    {
        if (File.Exists(Name.LockPath) || File.Exists(Name.MemoryPath))
            SharedMemoryObject.Unlink(Name);
    }
}

/// <summary>A test left a table inconsistent without saying that it damages it.</summary>
public sealed class InconsistentTableException(SharedMemoryName name, TableReport report)
    : Exception($"{name}: {report}");
