using Akka.Actor;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Event;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Overview;

/// <summary>Tells the overview which tables this node has open.</summary>
internal sealed class NodeReporter : SteadyActor, IWithTimers
{
    /// <summary>How long a table may take to answer before the report calls it busy.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly NetshmExtension _netshm = NetshmExtension.Get(Context.System);
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly Akka.Cluster.UniqueAddress _self = Akka.Cluster.Cluster.Get(Context.System).SelfUniqueAddress;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly string _host;
    private readonly IActorRef _overview;
    private readonly TimeSpan _interval;
    private readonly Func<string, bool> _isPublisher;
    private readonly FrameLimit _frameLimit = FrameLimit.Of(Context.System);
    private long _lastNumber;
    private bool _isMakingReport;
    private bool _isAnotherWanted;

    public NodeReporter(string host, IActorRef overview, TimeSpan interval, Func<string, bool> isPublisher)
    {
        _host = host;
        _overview = overview;
        _interval = interval;
        _isPublisher = isPublisher;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _mediator.Tell(new Subscribe(TableOverview.ReportTopic, Self));
        Timers.StartPeriodicTimer("report", new ReportNow(), TimeSpan.Zero, _interval);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ReportNow when _isMakingReport:
                _isAnotherWanted = true;
                break;
            case ReportNow:
                _isMakingReport = true;
                Report().PipeTo(Self);
                break;
            case NodeReport report:
                _isMakingReport = false;
                foreach (NodeReport page in StatusPages.Of(report with { Number = ++_lastNumber }, _frameLimit))
                    _overview.Tell(page);
                if (_isAnotherWanted)
                    Self.Tell(new ReportNow());
                _isAnotherWanted = false;
                break;
            case Status.Failure failure:
                _isMakingReport = false; // The next one may come off.
                _log.Warning(failure.Cause, "This node's tables can't be reported now");
                break;
            case SubscribeAck:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private async Task<NodeReport> Report()
    {
        TableStatus[] tables = await Task.WhenAll(_netshm.Tables.Select(StatusOf)).ConfigureAwait(false);
        return new NodeReport(_self.Address.ToString(), _self.Uid, _host, [.. tables.OrderBy(table => table.Name)]);
    }

    private async Task<TableStatus> StatusOf(TableRef table)
    {
        (TableHealth health, string problem, int bindings) = await HealthOf(table).ConfigureAwait(false);
        var memory = new FileInfo(table.Settings.Location.MemoryPath);
        return new TableStatus(
            table.Name, table.Settings.Location.ToString(), health, problem, bindings,
            memory.Exists ? memory.Length : -1, table.Settings.Cluster.Expose, _isPublisher(table.Name), LastChangeOf(table));
    }

    private static long LastChangeOf(TableRef table)
    {
        try
        {
            return table.ReadNow(static table => table.HasChangeFeed ? table.LastChange : 0);
        }
        catch (Exception e) when (e is TableUnavailableException || table.IsClosed)
        {
            return 0; // Its health tells why.
        }
    }

    private static async Task<(TableHealth Health, string Problem, int Bindings)> HealthOf(TableRef table)
    {
        const int unknown = -1;
        try
        {
            return (TableHealth.Open, "", await table.CountAsync(s_patience).ConfigureAwait(false));
        }
        catch (Exception e) when (e is RequestTimeoutException or TableBusyException)
        {
            return (TableHealth.Busy, e.Message, unknown);
        }
        catch (TableClosedException e)
        {
            return (TableHealth.Closed, e.Message, unknown);
        }
        catch (Exception e) when (table.IsClosed)
        {
            return (TableHealth.Quarantined, e.Message, unknown);
        }
    }
}
