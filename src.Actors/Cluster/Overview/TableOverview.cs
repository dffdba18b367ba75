using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Cluster.Overview;

/// <summary>The cluster's singleton that knows which node has which table; docs/Cluster.md, "Housekeeping".</summary>
internal sealed class TableOverview : SteadyActor
{
    /// <summary>The topic on which it asks for reports.</summary>
    public const string ReportTopic = "netshm/report";

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly ClusterMessages _messages = new((ExtendedActorSystem)Context.System);
    private readonly FrameLimit _frameLimit = FrameLimit.Of(Context.System);
    private readonly SortedDictionary<string, NodeReport> _reports = new(StringComparer.Ordinal);

    /// <summary>The pieces of reports that are not complete yet, by the addresses of their nodes.</summary>
    private readonly Dictionary<string, List<NodeReport>> _incomplete = [];

    private readonly Func<object, bool> _isStatusQuestion;

    /// <param name="isStatusQuestion">Whether a message asks for the whole status at once.</param>
    public TableOverview(Func<object, bool> isStatusQuestion) => _isStatusQuestion = isStatusQuestion;

    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberRemoved));
        _mediator.Tell(new Publish(ReportTopic, new ReportNow()));
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeReport report:
                OnReport(report);
                break;
            case ClusterEvent.MemberRemoved removed:
                Forget(removed.Member);
                break;
            case AskStatusPart(var index):
                IReadOnlyList<NodeStatus[]> parts = StatusPages.Of(Nodes, _frameLimit);
                Sender.Tell(new StatusPart(parts.Count, index >= 0 && index < parts.Count ? new(parts[index]) : []));
                break;
            case var question when _isStatusQuestion(question):
                TellStatus();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private IEnumerable<NodeStatus> Nodes => _reports.Values.Where(IsMember).Select(StatusOf);

    /// <summary>A report counts when all its pieces are there; one that lacks some is forgotten with the first piece of the next.</summary>
    private void OnReport(NodeReport page)
    {
        if (!_incomplete.TryGetValue(page.Address, out List<NodeReport>? pages)
            || pages[0].Number != page.Number || pages[0].NodeId != page.NodeId)
        {
            _incomplete[page.Address] = pages = [];
        }

        pages.Add(page);
        if (pages.Count < page.Pages)
            return;
        _ = _incomplete.Remove(page.Address);
        _reports[page.Address] = page with { Tables = [.. pages.SelectMany(one => one.Tables)] };
    }

    private void TellStatus()
    {
        var status = new ClusterStatus([.. Nodes]);
        ValueTooLargeException? refusal =
            _frameLimit.RefusalOf("the status of the cluster's tables", _messages.SizeOf(status));
        Sender.Tell(refusal is null ? status : new Status.Failure(refusal));
    }

    /// <summary>
    /// Forgets a node, unless another one at its address has already taken its place, and those that were removed before it.
    /// </summary>
    private void Forget(Member member)
    {
        NodeReport[] gone = [.. _reports.Values.Where(report => IsFrom(report, member) || !IsMember(report))];
        foreach (NodeReport report in gone)
        {
            _ = _reports.Remove(report.Address);
            _ = _incomplete.Remove(report.Address);
        }
    }

    /// <summary>A node's last report may come after it was removed.</summary>
    private bool IsMember(NodeReport report) => _cluster.State.Members.Any(member => IsFrom(report, member));

    private static bool IsFrom(NodeReport report, Member member) =>
        member.UniqueAddress.Uid == report.NodeId && member.Address.ToString() == report.Address;

    private NodeStatus StatusOf(NodeReport report)
    {
        bool isReachable = !_cluster.State.Unreachable.Any(member => IsFrom(report, member));
        return new NodeStatus(report.Address, report.Host, isReachable, report.Tables);
    }
}
