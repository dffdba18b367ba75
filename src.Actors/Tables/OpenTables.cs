using System.Collections.Concurrent;
using System.Globalization;
using Akka.Configuration;

namespace Netshm.Actors.Tables;

/// <summary>
/// The tables that this process has open for table actors: each is opened once, however many actor systems use it,
/// and closed when the last of them lets it go.
/// </summary>
internal static class OpenTables
{
    /// <summary>A place for each location that is in use: partitions that move lie at another one each time.</summary>
    private static readonly ConcurrentDictionary<string, Place> s_places = new();

    /// <summary>Opens or creates a table, or joins those who have it open.</summary>
    /// <param name="settings">Where it lies and how it is opened.</param>
    /// <param name="init">The setting <c>init</c>, or null when the table must not be emptied again.</param>
    /// <exception cref="ConfigurationException">Somebody in this process has it open with other settings.</exception>
    public static OpenTable Acquire(TableSettings settings, int? init)
    {
        string location = Path.GetFullPath(settings.Location.MemoryPath);
        while (true)
        {
            Place place = s_places.GetOrAdd(location, static _ => new Place());
            lock (place.Sync)
            {
                if (place.IsGone)
                    continue;
                try
                {
                    return place.Take(location, settings, init);
                }
                finally
                {
                    if (place.Users == 0)
                        Forget(location, place);
                }
            }
        }
    }

    /// <summary>Gives a table back.</summary>
    /// <param name="table">The table.</param>
    /// <param name="isBroken">
    /// Whether it failed: who opens the table next gets another handle, also if somebody still has this one.
    /// </param>
    public static void Release(OpenTable table, bool isBroken)
    {
        Place place = table.Place;
        lock (place.Sync)
        {
            bool isLast = --place.Users == 0;
            try
            {
                if (isLast)
                    table.Close();
            }
            finally
            {
                if (isLast || isBroken)
                    Forget(table.Location, place);
            }
        }
    }

    private static void Forget(string location, Place place)
    {
        place.IsGone = true;
        _ = s_places.TryRemove(KeyValuePair.Create(location, place));
    }

    /// <summary>Opening or closing a table may take its time; it keeps only those waiting who want the same.</summary>
    internal sealed class Place
    {
        public Lock Sync { get; } = new();

        public int Users { get; set; }

        /// <summary>Whether another place has been, or will be, made for the location.</summary>
        public bool IsGone { get; set; }

        private OpenTable? Table { get; set; }

        /// <summary>Opens the table for its first user, or joins those who have it open.</summary>
        public OpenTable Take(string location, TableSettings settings, int? init)
        {
            if (Table is null)
                Table = new OpenTable(location, this, settings, init);
            else if (Table.DifferenceTo(settings) is { } difference)
                throw new ConfigurationException($"the table {settings.Location} is open in this process {difference}");
            Users++;
            return Table;
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
    private volatile bool _isClosed;

    public OpenTable(string location, OpenTables.Place place, TableSettings settings, int? init)
    {
        Location = location;
        Place = place;
        _settings = settings;
        _memory = SharedMemoryObject.Open(settings.Location, permissions: settings.Permissions);
        try
        {
            Direct = ShmTable.Manage(
                _memory, settings.Options with { Init = init, LockTimeout = settings.LockTimeout });
            Batches = ShmTable.Manage(
                _memory, settings.Options with { LockTimeout = s_batchLockTimeout, OpenTimeout = settings.LockTimeout });
        }
        catch
        {
            Direct?.Dispose();
            _memory.Dispose();
            throw;
        }
    }

    public string Location { get; }

    /// <summary>Where it is counted who uses it.</summary>
    public OpenTables.Place Place { get; }

    /// <summary>Whether its handles are closed, or about to be.</summary>
    public bool IsClosed => _isClosed;

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
        if (other.ChangeFeedCapacity != _settings.ChangeFeedCapacity)
        {
            return $"with change-feed-capacity {OrOff(_settings.ChangeFeedCapacity)}; " +
                $"{OrOff(other.ChangeFeedCapacity)} was asked for";
        }

        if (other.LockTimeout != _settings.LockTimeout)
            return $"with lock-timeout {_settings.LockTimeout}; {other.LockTimeout} was asked for";
        if (other.Permissions != _settings.Permissions)
            return $"with permissions {Octal(_settings.Permissions)}; {Octal(other.Permissions)} was asked for";
        return other.Init != _settings.Init
            ? $"with init {OrOff(_settings.Init)}; {OrOff(other.Init)} was asked for"
            : null;
    }

    public void Close()
    {
        _isClosed = true;
        Direct.Dispose();
        Batches.Dispose();
        _memory.Dispose();
    }

    private static string OrOff(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "off";

    private static string Octal(UnixFileMode permissions) => Convert.ToString((int)permissions, toBase: 8);
}
