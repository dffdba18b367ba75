using Akka.Configuration;

namespace Netshm.Actors;

/// <summary>
/// The tables that this process has open for table actors: each is opened once, however many actor systems use it,
/// and closed when the last of them lets it go.
/// </summary>
internal static class OpenTables
{
    private static readonly Lock s_sync = new();
    private static readonly Dictionary<string, OpenTable> s_tables = [];

    /// <summary>Opens or creates a table, or joins those who have it open.</summary>
    /// <param name="settings">Where it lies and how it is opened.</param>
    /// <param name="init">The setting <c>init</c>, or null when the table must not be emptied again.</param>
    /// <exception cref="ConfigurationException">Somebody in this process has it open with other settings.</exception>
    public static OpenTable Acquire(TableSettings settings, int? init)
    {
        string location = Path.GetFullPath(settings.Location.MemoryPath);
        lock (s_sync)
        {
            if (!s_tables.TryGetValue(location, out OpenTable? table))
                s_tables.Add(location, table = new OpenTable(location, settings, init));
            else if (table.DifferenceTo(settings) is { } difference)
                throw new ConfigurationException($"the table {settings.Location} is open in this process {difference}");
            table.Users++;
            return table;
        }
    }

    /// <summary>Gives a table back.</summary>
    public static void Release(OpenTable table)
    {
        lock (s_sync)
        {
            if (--table.Users > 0)
                return;
            s_tables.Remove(table.Location);
            table.Close();
        }
    }
}

/// <summary>A table that is open in this process; see <see cref="OpenTables"/>.</summary>
internal sealed class OpenTable
{
    /// <summary>
    /// How long a table's thread waits for the lock before it looks whether there is something else to do. Deadlines
    /// of requests don't depend on it, but the end of the actor does.
    /// </summary>
    private static readonly TimeSpan s_batchLockTimeout = TimeSpan.FromMilliseconds(100);

    private readonly TableSettings _settings;
    private readonly SharedMemoryObject _memory;

    public OpenTable(string location, TableSettings settings, int? init)
    {
        Location = location;
        _settings = settings;
        _memory = SharedMemoryObject.Open(settings.Location, permissions: settings.Permissions);
        try
        {
            Direct = ShmTable.Manage(
                _memory, settings.Options with { Init = init, LockTimeout = settings.LockTimeout });
            Batches = ShmTable.Manage(_memory, settings.Options with { LockTimeout = s_batchLockTimeout });
        }
        catch
        {
            Direct?.Dispose();
            _memory.Dispose();
            throw;
        }
    }

    public string Location { get; }

    /// <summary>How many hold it; guarded by <see cref="OpenTables"/>.</summary>
    public int Users { get; set; }

    /// <summary>The handle for reading from any thread.</summary>
    public ShmTable Direct { get; }

    /// <summary>The handle of the table actors' threads.</summary>
    public ShmTable Batches { get; }

    /// <summary>How other settings for opening it differ from those it is open with, or null.</summary>
    public string? DifferenceTo(TableSettings other)
    {
        if (other.Locking != _settings.Locking)
            return $"with locking {_settings.Locking}; {other.Locking} was asked for";
        if (other.PageSize != _settings.PageSize)
            return $"with page-size {_settings.PageSize}; {other.PageSize} was asked for";
        return other.LockTimeout != _settings.LockTimeout
            ? $"with lock-timeout {_settings.LockTimeout}; {other.LockTimeout} was asked for"
            : null;
    }

    public void Close()
    {
        Direct.Dispose();
        Batches.Dispose();
        _memory.Dispose();
    }
}
