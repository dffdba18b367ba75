using Akka.Configuration;
using Netshm.Actors.Settings;
using ClusterSettings = Netshm.Actors.Cluster.ClusterSettings;

namespace Netshm.Actors;

/// <summary>The section <c>netshm</c> of an actor system's configuration.</summary>
public sealed record NetshmSettings
{
    /// <summary>Where the configuration describes the mailbox of table actors.</summary>
    internal const string MailboxPath = "netshm.table-mailbox";

    private readonly Config _defaultTable;
    private readonly Dictionary<string, Config> _tables = [];

    private NetshmSettings(Config netshm)
    {
        Warnings = UnknownKeys.In(netshm);
        _defaultTable = netshm.GetConfig("default-table");
        Cluster = ClusterSettings.Create(new SettingsReader(netshm, "netshm").Section("cluster"));
        DefaultTable = TableSettings.Create("default", _defaultTable, "netshm.default-table");
        foreach ((string name, Akka.Configuration.Hocon.HoconValue section) in netshm.GetConfig("table").AsEnumerable())
        {
            if (!section.IsObject())
                throw new ConfigurationException($"netshm.table.{name} = {section}: expected a section in braces");
            _tables.Add(name, new Config(new Akka.Configuration.Hocon.HoconRoot(section)));
        }

        Tables = _tables.Keys.ToDictionary(name => name, Table);
    }

    /// <summary>
    /// The settings of a table without a section of its own; its location is that of a table "default".
    /// </summary>
    public TableSettings DefaultTable { get; }

    /// <summary>The settings of the tables that have a section of their own, by name.</summary>
    public IReadOnlyDictionary<string, TableSettings> Tables { get; }

    /// <summary>The settings of the cluster layer (<c>netshm.cluster</c>).</summary>
    public ClusterSettings Cluster { get; }

    /// <summary>What the configuration says that is no setting; the extension logs it when it starts.</summary>
    internal IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads the section <c>netshm</c>.</summary>
    /// <param name="config">
    /// The whole configuration, with <see cref="NetshmExtension.DefaultConfig"/> as a fallback.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// A key or a value is wrong; the message tells what is allowed.
    /// </exception>
    public static NetshmSettings Create(Config config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.HasPath("netshm.default-table")
            ? new NetshmSettings(config.GetConfig("netshm"))
            : throw new ConfigurationException(
                "the section netshm.default-table is missing; use NetshmExtension.DefaultConfig() as a fallback");
    }

    /// <summary>The settings of a table, whether or not it has a section of its own.</summary>
    /// <exception cref="ConfigurationException">The name doesn't make a location.</exception>
    public TableSettings Table(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TableSettings.Create(
            name, _tables.TryGetValue(name, out Config? own) ? own.WithFallback(_defaultTable) : _defaultTable);
    }
}
