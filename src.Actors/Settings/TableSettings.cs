using Akka.Configuration;
using Netshm.Actors.Settings;
using TableClusterSettings = Netshm.Actors.Cluster.TableClusterSettings;

namespace Netshm.Actors;

/// <summary>
/// The settings of one table: those of <c>netshm.table.NAME</c> over those of <c>netshm.default-table</c>. The
/// package's <c>reference.conf</c> describes each of them.
/// </summary>
public sealed record TableSettings
{
    private const string NamePlaceholder = "{name}";
    private const int MinPageSize = 64;
    private const int MaxPageSize = 1 << 20;

    private TableSettings(string name, SettingsReader section, TableClusterSettings cluster)
    {
        Location = section.Parsed(
            "location", text => SharedMemoryName.Parse(text.Replace(NamePlaceholder, name, StringComparison.Ordinal)));
        PageSize = section.Int32Or("auto", "page-size", MinPageSize, MaxPageSize);
        if (PageSize % sizeof(int) is not (null or 0))
            throw section.Wrong("page-size", section.Text("page-size"), "auto, or a multiple of 4");
        Init = section.Int32Or("off", "init", 1, int.MaxValue);
        Locking = section.Choice<LockingMethod>("locking");
        ChangeFeedCapacity = section.Int32Or("off", "change-feed-capacity", 1, 1 << 24);
        Permissions = section.Permissions("permissions");
        LockTimeout = section.TimeOrInfinite("lock-timeout");
        RequestTimeout = section.TimeOrInfinite("request-timeout");
        GroupTimeout = section.TimeOrInfinite("group-timeout");
        MaxQueue = section.Int32("max-queue", 1, int.MaxValue);
        MaxBatchCount = section.Int32("max-batch-count", 1, int.MaxValue);
        MaxBatchTime = section.Time("max-batch-time");
        TurnPause = section.Time("turn-pause");
        MinBackoff = section.Time("min-backoff");
        MaxBackoff = section.Time("max-backoff");
        if (MaxBackoff < MinBackoff)
            throw section.Wrong("max-backoff", section.Text("max-backoff"), "at least min-backoff");
        ReopenMinBackoff = section.Time("reopen-min-backoff");
        ReopenMaxBackoff = section.Time("reopen-max-backoff");
        if (ReopenMaxBackoff < ReopenMinBackoff)
            throw section.Wrong("reopen-max-backoff", section.Text("reopen-max-backoff"), "at least reopen-min-backoff");
        Dispatcher = section.Text("dispatcher");
        Cluster = cluster;
    }

    /// <summary>Where the table lies (<c>location</c>).</summary>
    public SharedMemoryName Location { get; private init; }

    /// <summary>The page size in bytes, or null to take what the table has (<c>page-size</c>).</summary>
    public int? PageSize { get; }

    /// <summary>
    /// When it is not null, opening the table deletes all its bindings and lays it out for so many new ones
    /// (<c>init</c>).
    /// </summary>
    public int? Init { get; private init; }

    /// <summary>How processes are kept apart (<c>locking</c>).</summary>
    public LockingMethod Locking { get; private init; }

    /// <summary>
    /// How many changes the table's feed holds, or null when it is opened without asking for one
    /// (<c>change-feed-capacity</c>).
    /// </summary>
    public int? ChangeFeedCapacity { get; }

    /// <summary>The permissions of a new table's file (<c>permissions</c>).</summary>
    public UnixFileMode Permissions { get; }

    /// <summary>
    /// How long a direct read waits for the table's lock, and opening for others that open it (<c>lock-timeout</c>).
    /// </summary>
    public TimeSpan LockTimeout { get; }

    /// <summary>
    /// How long a request without a timeout of its own may wait for its execution (<c>request-timeout</c>).
    /// </summary>
    public TimeSpan RequestTimeout { get; }

    /// <summary>How long the delegate of a group may hold the table (<c>group-timeout</c>).</summary>
    public TimeSpan GroupTimeout { get; }

    /// <summary>How many requests may wait before more are refused (<c>max-queue</c>).</summary>
    public int MaxQueue { get; }

    /// <summary>How many requests may be executed under one acquisition of the lock (<c>max-batch-count</c>).</summary>
    public int MaxBatchCount { get; }

    /// <summary>How long the lock is held before no further request is begun (<c>max-batch-time</c>).</summary>
    public TimeSpan MaxBatchTime { get; }

    /// <summary>How long the lock stays free between two batches when more requests wait (<c>turn-pause</c>).</summary>
    public TimeSpan TurnPause { get; }

    /// <summary>The pause after a request's locks could not be had for the first time (<c>min-backoff</c>).</summary>
    public TimeSpan MinBackoff { get; }

    /// <summary>The longest such pause; it doubles each time (<c>max-backoff</c>).</summary>
    public TimeSpan MaxBackoff { get; }

    /// <summary>
    /// The pause before a table that failed again, or is damaged, is opened anew (<c>reopen-min-backoff</c>).
    /// </summary>
    public TimeSpan ReopenMinBackoff { get; }

    /// <summary>The longest such pause; it doubles each time (<c>reopen-max-backoff</c>).</summary>
    public TimeSpan ReopenMaxBackoff { get; }

    /// <summary>The path of the table actor's dispatcher in the configuration (<c>dispatcher</c>).</summary>
    public string Dispatcher { get; }

    /// <summary>What the table is in a cluster (<c>cluster</c>).</summary>
    public TableClusterSettings Cluster { get; private init; }

    /// <summary>The options to open the table with, but for time limits and emptying.</summary>
    internal ShmTableOptions Options
    {
        get
        {
            var options = new ShmTableOptions { Locking = Locking, ChangeFeedCapacity = ChangeFeedCapacity ?? 0 };
            return PageSize is { } pageSize ? options with { PageSize = pageSize } : options;
        }
    }

    /// <summary>
    /// The settings of one partition of a sharded table, which lies elsewhere, is never emptied or exposed, and belongs to
    /// processes of this library.
    /// </summary>
    internal TableSettings ForPartition(SharedMemoryName location) =>
        this with
        {
            Location = location,
            Init = null,
            Locking = LockingMethod.Futex,
            Cluster = Cluster with { Expose = false },
        };

    /// <summary>Reads the settings of a table.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="section">The table's section, with the default one as its fallback.</param>
    /// <exception cref="ConfigurationException">
    /// A key or a value is wrong; the message tells what is allowed.
    /// </exception>
    public static TableSettings Create(string name, Config section)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(section);
        return Create(name, section, $"netshm.table.{name}");
    }

    /// <summary>Reads the settings of a table, which errors call by the path given.</summary>
    internal static TableSettings Create(string name, Config section, string path)
    {
        var reader = new SettingsReader(section, path);
        return new TableSettings(name, reader, TableClusterSettings.Create(reader.Section("cluster")));
    }
}
