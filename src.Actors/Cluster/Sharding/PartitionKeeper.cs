using Akka;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Netshm.Actors.Cluster.Common;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Looks after a sharded table's files on one node, whoever owns the partitions: makes the nodes' hosts known to each other,
/// has partitions that have left this node opened at their new place, lets other hosts read what they are to take over, and
/// removes what is superseded.
/// </summary>
internal sealed class PartitionKeeper : SteadyActor, IWithTimers
{
    private readonly ShardedTableNode _node;
    private readonly AkkaCluster _cluster = AkkaCluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<int, ActivePartition> _served = [];
    private readonly IActorRef _ledger;

    /// <summary>The other nodes that may keep partitions.</summary>
    private readonly Dictionary<UniqueAddress, Address> _others = [];

    /// <summary>The partitions that have left this node orderly and that nobody has said to serve yet.</summary>
    private readonly HashSet<int> _parked = [];

    private IActorRef? _region;
    private IActorRef? _drainer;
    private int _turn;

    public PartitionKeeper(ShardedTableNode node)
    {
        _node = node;
        _ledger = Context.ActorOf(Props.Create(() => new LedgerActor(node)), "ledger");
    }

    /// <summary>Tells the keeper the region of the cluster's sharding on this node.</summary>
    internal sealed record RegionStarted(IActorRef Region) : INoSerializationVerificationNeeded;

    /// <summary>A partition is served on this node from now on.</summary>
    internal sealed record Opened(ActivePartition Partition) : INoSerializationVerificationNeeded;

    /// <summary>A partition was closed, with all its requests executed, since it is to go elsewhere.</summary>
    internal sealed record Parked(int Partition) : INoSerializationVerificationNeeded;

    /// <summary>
    /// Answered by <see cref="Done"/> when no partition is left whose contents would be lost with this process.
    /// </summary>
    internal sealed record Drain : INoSerializationVerificationNeeded;

    private sealed record WakeParked : INoSerializationVerificationNeeded;

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.IMemberEvent change:
                OnMember(change);
                break;
            case Hello hello:
                OnHello(hello);
                break;
            case Serving serving:
                OnServing(serving);
                break;
            case LocateCopy locate:
                _ledger.Forward(locate);
                break;
            case NextChunk asked:
                ReaderOf(asked).Forward(asked);
                break;
            case Wake wake:
                _region?.Forward(wake);
                break;
            default:
                OnOwnNode(message);
                break;
        }
    }

    private void OnOwnNode(object message)
    {
        switch (message)
        {
            case RegionStarted started:
                _region = Context.Watch(started.Region);
                break;
            case Opened(var opened):
                _served[opened.Partition] = opened;
                var serving = new Serving(opened.Partition, _node.Hosts.Self, opened.Generation);
                OnServing(serving);
                foreach (Address other in _others.Values)
                    _node.KeeperAt(other).Tell(serving);
                break;
            case Parked parked:
                _served.Remove(parked.Partition);
                _parked.Add(parked.Partition);
                WakeAllParked();
                break;
            case WakeParked:
                WakeAllParked();
                break;
            case Drain:
                _drainer = Sender;
                AnswerWhenDrained();
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_region):
                _region = null;
                AnswerWhenDrained();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnMember(ClusterEvent.IMemberEvent change)
    {
        Member member = change.Member;
        if (member.UniqueAddress == _cluster.SelfUniqueAddress || !_node.KeepsPartitions(member))
            return;
        if (change is ClusterEvent.MemberRemoved or ClusterEvent.MemberDowned)
        {
            _others.Remove(member.UniqueAddress);

            // A process that was started again at an address may be there before its predecessor is removed.
            if (_others.Keys.All(other => other.Address != member.Address))
                _node.Hosts.ForgetNode(member.Address);
            NoteHosts();
            AnswerWhenDrained();
            return;
        }

        _others[member.UniqueAddress] = member.Address;
        if (change is ClusterEvent.MemberJoined or ClusterEvent.MemberUp)
            _node.KeeperAt(member.Address).Tell(new Hello(_node.Hosts.Self, _node.Settings.Partitions, WantsReply: true));
    }

    private void OnHello(Hello hello)
    {
        if (hello.Partitions != _node.Settings.Partitions)
        {
            _log.Error(
                "The sharded table '{0}' has {1} partitions here and {2} at {3}: bindings will not be found",
                _node.Name, _node.Settings.Partitions, hello.Partitions, Sender.Path.Address);
        }

        _node.Hosts.LearnNode(Sender.Path.Address, hello.Host);
        NoteHosts();
        if (hello.WantsReply)
            Sender.Tell(new Hello(_node.Hosts.Self, _node.Settings.Partitions, WantsReply: false));
        foreach (ActivePartition served in _served.Values)
            Sender.Tell(new Serving(served.Partition, _node.Hosts.Self, served.Generation));
    }

    /// <summary>Notes with each partition served here which hosts are there now, so that they could take it over.</summary>
    private void NoteHosts() => _ledger.Tell(new LedgerActor.NoteHosts([.. _served.Values]));

    private void OnServing(Serving serving)
    {
        _node.Hosts.LearnServing(serving.Partition, serving.Host);
        _parked.Remove(serving.Partition);
        RemoveSuperseded(serving);
        AnswerWhenDrained();
    }

    private void RemoveSuperseded(Serving serving)
    {
        try
        {
            _node.Files.RemoveSuperseded(serving.Partition, serving.Generation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Error(e, "A file of the sharded table '{0}' could not be removed", _node.Name);
        }
    }

    private IActorRef ReaderOf(NextChunk asked)
    {
        string name = asked.Transfer.ToString("N");
        IActorRef reader = Context.Child(name);
        if (!reader.IsNobody())
            return reader;
        SharedMemoryName file = _node.Files.NameOf(asked.Partition, asked.Generation);
        return Context.ActorOf(Props.Create(() => new PartitionReader(file, _node.Settings)), name);
    }

    /// <summary>Asks another node, each time the next one, to have the parked partitions opened.</summary>
    private void WakeAllParked()
    {
        if (_parked.Count == 0 || _others.Count == 0)
            return;
        ActorSelection keeper = _node.KeeperAt(_others.Values.ElementAt(_turn++ % _others.Count));
        foreach (int partition in _parked)
            keeper.Tell(new Wake(partition));
        Timers.StartSingleTimer(nameof(WakeParked), new WakeParked(), _node.Settings.RetryInterval);
    }

    private void AnswerWhenDrained()
    {
        if (_drainer is null || _region is not null)
            return;
        if (_parked.Count > 0 && _others.Count > 0 && !_node.Hosts.HasNeighbour)
            return;
        _drainer.Tell(Done.Instance);
        _drainer = null;
    }
}
