using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Tools.PublishSubscribe;

namespace Netshm.Actors.Cluster;

/// <summary>The cluster's singleton that knows which node has which table; docs/Cluster.md, "Housekeeping".</summary>
internal sealed class TableOverview : SteadyActor
{
    /// <summary>The topic on which it asks for reports.</summary>
    public const string ReportTopic = "netshm/report";

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _mediator = DistributedPubSub.Get(Context.System).Mediator;
    private readonly SortedDictionary<string, NodeReport> _reports = new(StringComparer.Ordinal);

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
                _reports[report.Address] = report;
                break;
            case ClusterEvent.MemberRemoved removed:
                Forget(removed.Member);
                break;
            case ClusterTables.Status:
                Sender.Tell(new ClusterStatus([.. _reports.Values.Where(IsMember).Select(StatusOf)]));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>
    /// Forgets a node, unless another one at its address has already taken its place, and those that were removed before it.
    /// </summary>
    private void Forget(Member member)
    {
        NodeReport[] gone = [.. _reports.Values.Where(report => IsFrom(report, member) || !IsMember(report))];
        foreach (NodeReport report in gone)
            _ = _reports.Remove(report.Address);
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
