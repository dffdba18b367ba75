using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Netshm.Actors.Cluster.Changes;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Cluster.Reach;

namespace Netshm.Actors.Cluster;

/// <summary>The parent of a node's actors of the cluster layer, at <c>/system/netshm-cluster</c>.</summary>
internal sealed class ClusterGuardian : SteadyActor
{
    private readonly string _host;
    private readonly ClusterSettings _settings;
    private readonly ConcurrentDictionary<string, bool> _published;

    /// <summary>For each exposed table its gate, its doors, and who publishes its changes.</summary>
    private readonly Dictionary<string, IActorRef[]> _actors = [];

    private bool _isClosed;

    public ClusterGuardian(string host, ClusterSettings settings, ConcurrentDictionary<string, bool> published)
    {
        _host = host;
        _settings = settings;
        _published = published;
    }

    /// <summary>Makes a table of this process reachable.</summary>
    internal sealed record Expose(TableRef Table) : INoSerializationVerificationNeeded;

    /// <summary>Takes no more callers in, since the process is about to end; answered by <see cref="Done"/>.</summary>
    internal sealed record CloseDoors : INoSerializationVerificationNeeded;

    /// <summary>Starts one of the node's other actors; answered by its reference.</summary>
    internal sealed record Start(Props Props, string Name) : INoSerializationVerificationNeeded;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Expose when _isClosed:
                break;
            case Expose(var table):
                Open(table);
                break;
            case Start(var props, var name):
                Sender.Tell(Context.ActorOf(props, name));
                break;
            case CloseDoors:
                _isClosed = true;
                foreach (IActorRef actor in _actors.Values.SelectMany(static actors => actors))
                    actor.Tell(new TableEntrance.Close());
                Sender.Tell(Done.Instance);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Open(TableRef table)
    {
        if (_actors.TryGetValue(table.Name, out IActorRef[]? actors))
        {
            foreach (IActorRef actor in actors)
                actor.Tell(new TableEntrance.Serve(table));
            return;
        }

        string shared = ClusterPaths.ChildNameOf(table.Name, _host);
        IActorRef gate = Context.ActorOf(
            Props.Create(() => new TableGate(table, _host)),
            FormattableString.Invariant($"{shared}@{Guid.NewGuid():N}"));
        string path = gate.Path.ToStringWithoutAddress();
        Props door = Props.Create(() => new TableDoor(table, _host, path));

        // The gate first: who has heard of a door has heard of its gate then, since registrations spread in their order.
        IActorRef[] entrances =
            [gate, Context.ActorOf(door, shared), Context.ActorOf(door, ClusterPaths.ChildNameOf(table.Name, host: null))];
        var receptionist = ClusterClientReceptionist.Get(Context.System);
        foreach (IActorRef entrance in entrances)
            receptionist.RegisterService(entrance);
        IActorRef publisher = Context.ActorOf(
            Props.Create(() => new ClusterPublisher(table, _host, _settings, _published)), $"{shared}@publisher");
        _actors.Add(table.Name, [.. entrances, publisher]);
    }
}
