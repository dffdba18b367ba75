using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors.Cluster;

namespace Netshm.Actors;

/// <summary>The tables of an actor system: opens them and keeps an actor for each.</summary>
/// <remarks>
/// Table actors are children of <c>/system/netshm</c> and bear their table's name, with characters that can't be part
/// of a path escaped as in a URI. They stop with the actor system: coordinated shutdown lets them execute what waits
/// in its phase <c>before-actor-system-terminate</c>.
/// </remarks>
public sealed class NetshmExtension : IExtension
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);

    private readonly ExtendedActorSystem _system;
    private readonly IActorRef _guardian;
    private readonly ConcurrentDictionary<string, TableHost> _hosts = new();
    private readonly ConcurrentDictionary<string, TableRef> _tables = new();

    /// <summary>A lock for each name: opening a table that is just being stopped waits for its end.</summary>
    private readonly ConcurrentDictionary<string, Lock> _opening = new();

    /// <summary>Reads the settings and starts the guardian; called by <see cref="NetshmExtensionProvider"/>.</summary>
    /// <exception cref="ConfigurationException">A key or a value is wrong.</exception>
    public NetshmExtension(ExtendedActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        _system = system;
        system.Settings.InjectTopLevelFallback(DefaultConfig());
        Settings = NetshmSettings.Create(system.Settings.Config);
        _guardian = system.SystemActorOf(Props.Create(() => new TableGuardian()), "netshm");
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "netshm-close-tables", StopTables);
    }

    /// <summary>The settings of this actor system.</summary>
    public NetshmSettings Settings { get; }

    /// <summary>The tables that were opened, those that have been stopped since included.</summary>
    internal IEnumerable<TableRef> Tables => _tables.Values;

    /// <summary>The extension of an actor system, which is started with the first call.</summary>
    public static NetshmExtension Get(ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.WithExtension<NetshmExtension, NetshmExtensionProvider>();
    }

    /// <summary>The package's <c>reference.conf</c>: every key with its default.</summary>
    public static Config DefaultConfig() =>
        ConfigurationFactory.FromResource<NetshmExtension>("Netshm.Actors.reference.conf");

    /// <summary>
    /// Opens the table that the configuration describes as <c>netshm.table.NAME</c>, or creates it where there is
    /// none, and starts its actor; a table that is open is given again.
    /// </summary>
    /// <remarks>
    /// Blocks until the table is open: call it when the system starts. A table without an own section gets the
    /// settings of <c>netshm.default-table</c>. It may be called from any thread.
    /// </remarks>
    /// <param name="name">The table's name in the configuration.</param>
    /// <exception cref="ConfigurationException">The settings of the table are wrong.</exception>
    /// <exception cref="NetshmException">The table can't be opened; see <see cref="ShmTable.Manage"/>.</exception>
    /// <exception cref="IOException">The file can't be opened.</exception>
    public TableRef OpenTable(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return OpenTable(name, Settings.Table(name));
    }

    /// <summary>
    /// Opens a table with other settings than the configuration has under its name; if one is open that lies elsewhere, it
    /// is closed first.
    /// </summary>
    internal TableRef OpenTable(string name, TableSettings settings) =>
        OpenTable(name, Uri.EscapeDataString(name), settings);

    /// <summary>
    /// Opens a table of the library's own, under a key that no table of the configuration has: one with a character that
    /// <see cref="Uri.EscapeDataString(string)"/> escapes.
    /// </summary>
    internal TableRef OpenTable(string name, string childName, TableSettings settings)
    {
        lock (_opening.GetOrAdd(childName, static _ => new Lock()))
        {
            if (_tables.TryGetValue(childName, out TableRef? open) && !open.IsClosed)
            {
                if (open.Settings.Location == settings.Location)
                    return open;

                // Another copy of a partition, which was left behind when its owner stopped before it had it.
                open.Abandon();
            }

            if (_system.WhenTerminated.IsCompleted)
                throw new TableClosedException($"the actor system '{_system.Name}' has ended; no table can be opened");
            ClusterTables? cluster = settings.Cluster.Expose ? ClusterTables.Get(_system) : null;
            var host = new TableHost(name, settings);
            _hosts[childName] = host;
            try
            {
                var start = new TableGuardian.StartTable(host, childName);
                IActorRef actor = _guardian.Ask<IActorRef>(start, s_startTimeout).GetAwaiter().GetResult();
                TableRef table = _tables[childName] = new TableRef(host, actor);
                cluster?.Expose(table);
                return table;
            }
            catch
            {
                host.Close();
                throw;
            }
        }
    }

    /// <summary>Opens a table of typed keys and values; see <see cref="OpenTable(string)"/>.</summary>
    /// <param name="name">The table's name in the configuration.</param>
    /// <param name="keys">Represents the keys.</param>
    /// <param name="values">Represents the values.</param>
    public TypedTableRef<TKey, TValue> OpenTable<TKey, TValue>(
        string name, DataManager<TKey> keys, DataManager<TValue> values) => new(OpenTable(name), keys, values);

    /// <summary>What the mailbox of a table's actor, which is just being made, belongs to.</summary>
    internal TableHost HostOf(IActorRef actor) => _hosts[actor.Path.Name];

    private async Task<Done> StopTables()
    {
        return await _guardian.Ask<Done>(new TableGuardian.StopTables()).ConfigureAwait(false);
    }
}

/// <summary>Starts the <see cref="NetshmExtension"/> of an actor system.</summary>
public sealed class NetshmExtensionProvider : ExtensionIdProvider<NetshmExtension>
{
    /// <inheritdoc/>
    public override NetshmExtension CreateExtension(ExtendedActorSystem system) => new(system);
}

/// <summary>Reaches the extension from an actor system.</summary>
public static class NetshmExtensions
{
    /// <summary>The tables of the actor system; see <see cref="NetshmExtension.Get"/>.</summary>
    public static NetshmExtension Netshm(this ActorSystem system) => NetshmExtension.Get(system);
}
