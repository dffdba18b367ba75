using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Netshm.Actors.Settings;
using Netshm.Actors.Tables;

namespace Netshm.Actors;

/// <summary>The tables of an actor system: opens them and keeps an actor for each.</summary>
/// <remarks>
/// Table actors are children of <c>/system/netshm</c> and bear their table's name, with characters that can't be part
/// of a path escaped as in a URI. They stop with the actor system: coordinated shutdown lets them execute what waits
/// in its phase <c>before-actor-system-terminate</c>. From its beginning on no further tables are opened.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as the actor system, whose end is what it owns.")]
public sealed class NetshmExtension : IExtension
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);

    private readonly ExtendedActorSystem _system;
    private readonly IActorRef _guardian;
    private readonly CoordinatedShutdown _shutdown;

    /// <summary>Cancelled when the guardian has stopped: nobody starts actors, or answers, any more.</summary>
    private readonly CancellationTokenSource _end = new();
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
        foreach (string warning in Settings.Warnings)
            system.Log.Warning("{0}", warning);
        _guardian = system.SystemActorOf(Props.Create(() => new TableGuardian(_end)), "netshm");
        _shutdown = CoordinatedShutdown.Get(system);
        _shutdown.AddTask(
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
    public static Config DefaultConfig() => ReferenceConfig.Load();

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
    /// <exception cref="TableClosedException">
    /// The table is not open, and the actor system ends: it opens no further tables.
    /// </exception>
    /// <exception cref="RequestTimeoutException">The actor that had the table before has not stopped for 30 s.</exception>
    /// <exception cref="ArgumentException">The name is empty, or no text.</exception>
    public TableRef OpenTable(string name)
    {
        string childName = ChildName.OfTable(name); // Before its settings, which would blame the location for the name.
        return OpenTable(name, childName, Settings.Table(name));
    }

    /// <summary>
    /// Opens a table with other settings than the configuration has under its name; if one is open that lies elsewhere, it
    /// is closed first.
    /// </summary>
    internal TableRef OpenTable(string name, TableSettings settings) => OpenTable(name, ChildName.OfTable(name), settings);

    /// <summary>
    /// Opens a partition of a sharded table, which is no table of the same name; see <see cref="OpenTable(string, TableSettings)"/>.
    /// </summary>
    internal TableRef OpenPartition(string table, int partition, TableSettings settings) => OpenTable(
        FormattableString.Invariant($"{table}/{partition}"), ChildName.OfPartition(table, partition), settings);

    /// <summary>Opens a table of typed keys and values; see <see cref="OpenTable(string)"/>.</summary>
    /// <param name="name">The table's name in the configuration.</param>
    /// <param name="keys">Represents the keys.</param>
    /// <param name="values">Represents the values.</param>
    public TypedTableRef<TKey, TValue> OpenTable<TKey, TValue>(
        string name, DataManager<TKey> keys, DataManager<TValue> values) => new(OpenTable(name), keys, values);

    /// <summary>What the mailbox of a table's actor, which is just being made, belongs to.</summary>
    internal TableHost HostOf(IActorRef actor) => _hosts[actor.Path.Name];

    private TableRef OpenTable(string name, string childName, TableSettings settings)
    {
        lock (_opening.GetOrAdd(childName, static _ => new Lock()))
        {
            if (_tables.TryGetValue(childName, out TableRef? open) && open.State != TableState.Closed)
            {
                if (open.Settings.Location == settings.Location)
                    return Reopened(open);

                // Another copy of a partition, which was left behind when its owner stopped before it had it.
                open.Abandon();
            }

            if (_shutdown.ShutdownReason is not null || _end.IsCancellationRequested)
                throw SystemEnds();
            TableDispatcher.Check(_system.Settings.Config, settings.Dispatcher);
            ITableExposure? exposure = settings.Cluster.Expose ? ITableExposure.Of(_system) : null;
            TableRef table = _tables[childName] = new TableRef(Start(name, childName, settings));
            exposure?.Expose(table);
            return table;
        }
    }

    /// <summary>Opens a table that failed or was damaged anew at once, instead of after the next pause.</summary>
    private static TableRef Reopened(TableRef table)
    {
        if (table.State != TableState.Open)
            table.ReopenAsync(s_startTimeout).GetAwaiter().GetResult();
        return table;
    }

    private TableHost Start(string name, string childName, TableSettings settings)
    {
        var host = new TableHost(name, settings);
        _hosts[childName] = host;
        try
        {
            var start = new TableGuardian.StartTable(host, childName);
            return _guardian.Ask<TableHost>(start, s_startTimeout, _end.Token).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            host.Close();
            throw e switch
            {
                OperationCanceledException => SystemEnds(),
                AskTimeoutException => new RequestTimeoutException(
                    $"the actor that had the table '{name}' before has not stopped for {s_startTimeout}"),
                _ => e,
            };
        }
    }

    private TableClosedException SystemEnds() => new($"the actor system '{_system.Name}' ends; no table can be opened");

    private async Task<Done> StopTables()
    {
        try
        {
            return await _guardian.Ask<Done>(new TableGuardian.StopTables(), _end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Done.Instance; // The guardian has stopped, and so have the tables.
        }
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
